"""What was learnt lately, so that it need not be asked again at once; old and surplus things are forgotten."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Memory(Generic[K, T]):
    """Remembers things for as long as `lasts`, at most so many: those that were kept last.

    `now` gives the machine's present.
    """

    def __init__(self, now: Callable[[], datetime], lasts: timedelta, most: int) -> None:
        self._now = now
        self._lasts = lasts
        self._most = most
        self._known: OrderedDict[K, tuple[datetime, T]] = OrderedDict()

    def recall(self, key: K) -> T | None:
        """Return what is known; None when nothing is, or not any more."""
        at, known = self._known.get(key, (None, None))
        return known if at is not None and self._now() - at < self._lasts else None

    def keep(self, key: K, value: T) -> T:
        """Remember something from now on, and return it."""
        self._known[key] = (self._now(), value)
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return value

    def forget(self, key: K) -> None:
        """Know nothing of it any more."""
        self._known.pop(key, None)
