"""A wrong setting stops the start with a sentence that names it."""

from pathlib import Path

import pytest

from portal.settings import Settings, SettingsError, described


def test_nothing_set_gives_a_centre_in_the_directory_data() -> None:
    settings = Settings.from_environment({})
    assert settings.data_dir == Path("data").resolve()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/portal.db"
    assert settings.key_file == settings.data_dir / "portal.key"
    assert (settings.host, settings.port, settings.staff_host) == ("127.0.0.1", 8000, None)
    assert settings.languages == ("nl", "fr", "en", "ar")
    assert (settings.survivor_idle_minutes, settings.staff_idle_minutes) == (10, 15)


def test_what_is_set_is_used() -> None:
    settings = Settings.from_environment(
        {
            "PORTAL_DATABASE_URL": "postgresql://portal@db/portal",
            "PORTAL_KEY_FILE": "/etc/portal.key",
            "PORTAL_STAFF_HOST": "Staff.Example.org",
            "PORTAL_LANGUAGES": "fr, nl",
            "PORTAL_EXIT_PAGE_NL": "https://www.example.org/weer",
            "PORTAL_DEMO": "yes",
            "PORTAL_PORT": " 8080 ",
        }
    )
    assert settings.database_url == "postgresql://portal@db/portal"
    assert settings.key_file == Path("/etc/portal.key")
    assert settings.staff_host == "staff.example.org"
    assert settings.languages == ("fr", "nl")
    assert settings.exit_page("nl") == "https://www.example.org/weer"
    assert set(settings.exit_pages) == {"fr", "nl"}
    assert settings.demo
    assert settings.port == 8080


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("PORTAL_PORT", "http", "a whole number from 1 to 65535"),
        ("PORTAL_PORT", "٨٠٠٠", "a whole number from 1 to 65535"),
        ("PORTAL_PORT", "65536", "a whole number from 1 to 65535"),
        ("PORTAL_DEMO", "maybe", "yes or no"),
        ("PORTAL_STAFF_HOST", "https://staff.example.org", "a host name"),
        ("PORTAL_LANGUAGES", "nl,nl", "language codes"),
        ("PORTAL_LANGUAGES", "Dutch", "language codes"),
        ("PORTAL_PROXY_DEPTH", "-1", "a whole number from 0 to 5"),
        ("PORTAL_LOG_LEVEL", "chatty", "one of debug, info"),
        ("PORTAL_EXIT_PAGE_NL", "http://example.org", "https address"),
        ("PORTAL_EXIT_PAGE_NL", "https://example.org/;script-src *", "https address"),
        ("PORTAL_EXIT_PAGE_NL", "https://[example.org", "https address"),
        ("PORTAL_SLOW_PASS_MEM", "many", "a whole number"),
        ("PORTAL_MAIL_TLS", "maybe", "starttls, tls, or none"),
        ("PORTAL_MAIL_FROM", "R <r@example.org>", "one e-mail address"),
        ("PORTAL_MAIL_FROM", "r@example.org\r\nBcc: x@example.org", "one e-mail address"),
        ("PORTAL_SMS_URL", "http://sms.example.org/", "begins with https://"),
        ("PORTAL_SMS_URL", "https://name:word@sms.example.org/", "no name or password"),
        ("PORTAL_SMS_URL", "https://sms.example.org:99999/", "begins with https://"),
        ("PORTAL_SMS_MAIL", "sms@example.org", "with {number} in it"),
        ("PORTAL_SMS_MAIL", "{number}{number}@example.org", "with {number} in it"),
        ("PORTAL_NEUTRAL_TEXTS", "news,he hits me", "some of news, look"),
        ("PORTAL_SENDING_SECONDS", "600", "a whole number from 1 to 100"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    variable: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({variable: value})
    said = str(refused.value)
    assert said.startswith(f"{variable} is “{value}”; expected: ")
    assert expected in said
    assert said.endswith(".")


def test_the_password_of_a_database_is_not_said_aloud() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"PORTAL_DATABASE_URL": "mysql://portal:secret@db/portal"})
    assert "secret" not in str(refused.value)
    assert "postgresql://" in str(refused.value)


MAIL = {"PORTAL_MAIL_HOST": "mail.example.org", "PORTAL_MAIL_FROM": "r@example.org"}


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"PORTAL_MAIL_HOST": "mail.example.org"}, "PORTAL_MAIL_FROM is not"),
        ({**MAIL, "PORTAL_MAIL_USER": "r"}, "PORTAL_MAIL_PASSWORD"),
        ({**MAIL, "PORTAL_MAIL_TLS": "none"}, "expected: starttls or tls"),
        ({**MAIL, "PORTAL_SMS_URL": "https://a.example/", "PORTAL_SMS_MAIL": "{number}@a.example"},
         "one way for text messages"),
        ({"PORTAL_SMS_MAIL": "{number}@a.example"}, "PORTAL_MAIL_HOST is not"),
        ({"PORTAL_SMS_TOKEN": "secret"}, "PORTAL_SMS_URL is not"),
    ],
)  # fmt: skip
def test_what_is_half_set_up_stops_the_start(env: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(env)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_password_or_token_is_said_nowhere() -> None:
    env = {**MAIL, "PORTAL_MAIL_USER": "r", "PORTAL_MAIL_PASSWORD": "secret"}
    more = {"PORTAL_SMS_URL": "https://a.example/", "PORTAL_SMS_TOKEN": "secret"}
    assert "secret" not in repr(Settings.from_environment(env | more))
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**env, "PORTAL_MAIL_PASSWORD": "secret\nX: y"})
    assert "secret" not in str(refused.value)


def test_passes_are_only_cheap_with_made_up_data() -> None:
    cheap = {"PORTAL_SLOW_PASS_OPS": "1", "PORTAL_SLOW_PASS_MEM": "8192"}
    with pytest.raises(SettingsError, match="PORTAL_SLOW_PASS_MEM"):
        Settings.from_environment(cheap)
    assert Settings.from_environment({**cheap, "PORTAL_DEMO": "1"}).slow_pass_ops == 1


def test_every_setting_is_described_with_a_variable_of_its_own() -> None:
    rows = list(described())
    assert len({variable for variable, _, _ in rows}) == len(rows)
    assert all(variable.startswith("PORTAL_") and meaning for variable, meaning, _ in rows)
    assert ("PORTAL_LANGUAGES", "nl,fr,en,ar") in {(row[0], row[2]) for row in rows}
