"""The ids of people and channels in what is said on Discord: numbers far longer than those of subscriptions. Pure.

A role stands among the people, with a `&` before its number.
"""

import re
from typing import Final

from adapters.naming import Naming

ROLE: Final = "&"
"""What the id of a role begins with here."""

NAMING: Final = Naming(re.compile(r"(?<![\w@#])(@&?|#)(\d{15,20})\b"))
