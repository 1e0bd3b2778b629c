"""A value that holds for the rest of the request, or for one `with` block."""

from contextvars import ContextVar
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class Scoped(Generic[T]):
    """Sets the value at once; used as a context manager it puts the earlier one back at the end."""

    def __init__(self, variable: ContextVar[T], value: T) -> None:
        self._variable = variable
        self._before = variable.set(value)

    def __enter__(self) -> None:
        """Nothing is left to do."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._variable.reset(self._before)
