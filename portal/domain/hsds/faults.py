"""What is wrong in a file of services: all of it at once, with the row and the field."""

from dataclasses import dataclass

from portal.domain.refusals import Refusal


@dataclass(frozen=True)
class Fault:
    """Something that cannot be read; row 1 is the first service, 0 the file as a whole."""

    row: int
    field: str
    what: str
    """A sentence that never repeats what stood there: it may be an address."""


class FaultyFile(Refusal):
    """Nothing of the file was taken."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


@dataclass
class Faults:
    """The faults of one row while it is read."""

    row: int
    found: list[Fault]

    def add(self, field: str, what: str) -> None:
        """Something is wrong in a field."""
        self.found.append(Fault(self.row, field, what))

    def is_a(self, kind: type, value: object, field: str) -> bool:
        """Whether a value is of its type; a fault where it is not. A truth is no number."""
        if isinstance(value, kind) and not (kind is not bool and isinstance(value, bool)):
            return True
        self.add(field, f"expected {_NAMES[kind]}")
        return False


_NAMES = {str: "a text", dict: "an object", list: "a list", int: "a whole number"}
