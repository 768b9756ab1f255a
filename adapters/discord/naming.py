"""Recognises ids of people (`@123...`), roles (`@&123...`) and channels (`#123...`) in texts for Discord. Pure.

They have 15 digits or more, so `#3`, a subscription's number, is none. A role counts among people, as `&` and its id.
"""

import re
from typing import Final

from adapters.naming import Naming

ROLE: Final = "&"
"""How we mark the id of a role."""

NAMING: Final = Naming(re.compile(r"(?<![\w@#])(@&?|#)(\d{15,20})\b"))
