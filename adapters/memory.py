"""Small stores in memory, of which old and surplus things are forgotten.

Memory     a cache: answers of a platform, reused for some time
Allowance  how often each workspace may have something done, so that none uses up what all share
"""

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
        # From the future: the clock was set back, and nobody knows how old it is.
        return known if at is not None and timedelta() <= self._now() - at < self._lasts else None

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


class Allowance(Generic[K]):
    """Lets each key do something `most` times at once, and again as often in each further `period`.

    `now` is the clock. Only the `most_keys` keys that were used last are counted.
    """

    def __init__(self, now: Callable[[], datetime], most: int, period: timedelta, most_keys: int) -> None:
        self._now = now
        self._most = most
        self._period = period
        self._used: Memory[K, tuple[datetime, float]] = Memory(now, period, most_keys)

    def take(self, key: K) -> bool:
        """Use one of a key's times; False if none is left."""
        now = self._now()
        at, used = self._used.recall(key) or (now, 0.0)
        # What was used grows back evenly, all of it within one period.
        used = max(used - (now - at) / self._period * self._most, 0.0)
        if used + 1 > self._most:
            return False
        self._used.keep(key, (now, used + 1))
        return True
