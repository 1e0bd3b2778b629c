"""The languages for which she can ask an interpreter, each in its own script and in English.

Her choice reaches staff as words, so it is written in a way that both sides can read.
"""

SPOKEN = (
    "العربية (Arabic)",
    "الدارجة (Darija)",
    "Tarifit (Rif)",
    "Tamazight (Berber)",
    "Shqip (Albanian)",
    "አማርኛ (Amharic)",
    "Հայերեն (Armenian)",
    "български (Bulgarian)",
    "دری (Dari)",
    "Deutsch (German)",
    "English (English)",
    "Español (Spanish)",
    "فارسی (Farsi)",
    "Français (French)",
    "Italiano (Italian)",
    "Kurmancî (Kurdish)",
    "سۆرانی (Kurdish Sorani)",
    "Lingála (Lingala)",
    "नेपाली (Nepali)",
    "Nederlands (Dutch)",
    "پښتو (Pashto)",
    "Polski (Polish)",
    "Português (Portuguese)",
    "Romani (Romani)",
    "Română (Romanian)",
    "Русский (Russian)",
    "Slovenčina (Slovak)",
    "Soomaali (Somali)",
    "Kiswahili (Swahili)",
    "ትግርኛ (Tigrinya)",
    "Türkçe (Turkish)",
    "Українська (Ukrainian)",
    "اردو (Urdu)",
    "中文 (Chinese)",
    "Vlaamse Gebarentaal (Flemish Sign Language)",
    "Langue des signes (French Belgian Sign Language)",
)


def asked(language: str, words: str) -> str:
    """The language she chose and what she added, in one answer."""
    return "\n".join(part for part in (language, words) if part)


def parts(answer: str | None) -> tuple[str, str]:
    """The language and the added words of an answer."""
    language, _, words = (answer or "").partition("\n")
    return (language, words) if language in SPOKEN else ("", answer or "")
