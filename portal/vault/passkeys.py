"""Passkeys: the only module that speaks to the WebAuthn library.

An installation may lack the library: then `available` says no and the pages offer codes only.
"""

from dataclasses import dataclass
from secrets import token_bytes

from portal.vault.errors import PasskeyRefused

try:
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )
except ImportError:
    _IS_HERE = False
else:
    _IS_HERE = True

CHALLENGE_BYTES = 32
TIMEOUT_MS = 120_000
LARGEST = 20_000
"""Characters of an answer; a real one has some hundreds."""


@dataclass(frozen=True)
class Site:
    """Where a passkey belongs: the host it is made for, and the one origin whose word counts."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True)
class Passkey:
    """What the house keeps of a passkey: no secret, so a stolen row signs nobody in."""

    credential_id: bytes
    public_key: bytes
    count: int


def available() -> bool:
    """Whether this installation can check passkeys."""
    return _IS_HERE


def new_challenge() -> bytes:
    """Random bytes that a passkey must sign, once."""
    return token_bytes(CHALLENGE_BYTES)


def options_to_make(
    site: Site, challenge: bytes, *, user_id: bytes, name: str, known: list[bytes]
) -> str:
    """What a browser needs to make a passkey, as JSON; those she has already are left out."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=user_id,
        user_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            # It follows the pass phrase: it need neither list accounts nor ask for a PIN again.
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def check_made(site: Site, challenge: bytes, answer: str) -> Passkey:
    """The passkey that a browser made for this site and challenge. Raises PasskeyRefused."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer[:LARGEST],
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused("not made for this site and challenge") from error
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def options_to_prove(site: Site, challenge: bytes, *, known: list[bytes]) -> str:
    """What a browser needs to sign with one of these passkeys, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def credential_of(answer: str) -> bytes:
    """Which passkey an answer claims to come from. Raises PasskeyRefused."""
    try:
        return webauthn.helpers.parse_authentication_credential_json(answer[:LARGEST]).raw_id
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused("no answer of a passkey") from error


def check_proof(site: Site, challenge: bytes, answer: str, passkey: Passkey) -> int:
    """The new count of a passkey that signed this challenge for this site. Raises PasskeyRefused.

    The count is for the caller to compare: one that did not rise means a second copy of the key.
    """
    try:
        proved = webauthn.verify_authentication_response(
            credential=answer[:LARGEST],
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused("not signed for this site and challenge") from error
    return proved.new_sign_count
