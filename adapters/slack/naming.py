"""Recognises ids of people (`@U123`) and channels (`#C123`) in texts for Slack. Pure."""

import re
from typing import Final

from adapters.naming import Naming

NAMING: Final = Naming(re.compile(r"(?<![\w@#])(@[UW]|#[CG])([A-Z0-9]{2,20})\b"))
