"""What was asked for lately, so many at most, forgotten in the order of use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Recent(Generic[_Key, _Value]):
    """Kept by a key that says all that the value depends on: a value is never stale, only forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The kept value, or a new one."""
        if key not in self._kept:
            made = make()
            while len(self._kept) >= self._most:
                self._kept.popitem(last=False)
            self._kept[key] = made
        self._kept.move_to_end(key)
        return self._kept[key]

    def oldest(self, may: Callable[[_Key], bool]) -> _Value | None:
        """Takes out the value that would be forgotten next, when it may be used up; None for any other."""
        if len(self._kept) < self._most or not may(next(iter(self._kept))):
            return None
        return self._kept.popitem(last=False)[1]
