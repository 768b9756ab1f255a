"""The ids of people and channels in what is said on Discord: numbers far longer than those of subscriptions. Pure."""

import re
from typing import Final

from adapters.naming import Naming

NAMING: Final = Naming(re.compile(r"(?<![\w@#])([@#])(\d{15,20})\b"))
