"""A small cache: remembers answers of a platform for some time, and at most so many."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Memory(Generic[K, T]):
    """Remembers each value for `lasts`, and at most `most` of them: those kept last. `now` is the clock."""

    def __init__(self, now: Callable[[], datetime], lasts: timedelta, most: int) -> None:
        self._now = now
        self._lasts = lasts
        self._most = most
        self._known: OrderedDict[K, tuple[datetime, T]] = OrderedDict()

    def recall(self, key: K) -> T | None:
        """Return the value of a key; None if there is none, or it is too old."""
        at, known = self._known.get(key, (None, None))
        return known if at is not None and self._now() - at < self._lasts else None

    def keep(self, key: K, value: T) -> T:
        """Remember a value from now on, and return it."""
        self._known[key] = (self._now(), value)
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return value

    def forget(self, key: K) -> None:
        """Forget the value of a key, if there is one."""
        self._known.pop(key, None)
