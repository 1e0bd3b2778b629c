"""Keys, sealing and their proofs: the only part of the house that uses the cryptographic library.

It knows nothing of Flask, SQL or cases. The rules are in the design, chapter "The vault"; every
primitive is libsodium's (PyNaCl) but BLAKE2b, which is Python's; the words on paper are BIP 39's.
"""

from portal.vault.daily_keys import DailyKeys
from portal.vault.errors import (
    BadKeyFile,
    BadWords,
    Busy,
    CannotOpen,
    Forged,
    VaultError,
    WrongSecret,
)
from portal.vault.halves import join, split
from portal.vault.key_file import KeyFile
from portal.vault.key_pairs import (
    KeyPair,
    key_pair_from,
    new_key_pair,
    open_own,
    open_sealed,
    seal_to,
    seal_to_self,
)
from portal.vault.key_slots import (
    CHEAP,
    STANDARD,
    Cost,
    Slot,
    decoy_slot,
    make_slot,
    open_slot,
)
from portal.vault.keyed import check_keyed, keyed_hash
from portal.vault.numbers import random_digits
from portal.vault.recovery import new_recovery, recovery_pair
from portal.vault.slow_passes import SlowPasses
from portal.vault.streams import open_stream, seal_stream
from portal.vault.tokens import (
    new_token,
    open_under_token,
    seal_under_token,
    token_hash,
)
from portal.vault.values import Place, new_folder_key, open_value, seal_value, sealed_version

__all__ = [
    "CHEAP",
    "STANDARD",
    "BadKeyFile",
    "BadWords",
    "Busy",
    "CannotOpen",
    "Cost",
    "DailyKeys",
    "Forged",
    "KeyFile",
    "KeyPair",
    "Place",
    "Slot",
    "SlowPasses",
    "VaultError",
    "WrongSecret",
    "check_keyed",
    "decoy_slot",
    "join",
    "key_pair_from",
    "keyed_hash",
    "make_slot",
    "new_folder_key",
    "new_key_pair",
    "new_recovery",
    "new_token",
    "open_own",
    "open_sealed",
    "open_slot",
    "open_stream",
    "open_under_token",
    "open_value",
    "random_digits",
    "recovery_pair",
    "seal_stream",
    "seal_to",
    "seal_to_self",
    "seal_under_token",
    "seal_value",
    "sealed_version",
    "split",
    "token_hash",
]
