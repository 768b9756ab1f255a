"""Converts between Slack's ids and our key of a workspace. Pure.

T123         a workspace on its own
E123.T123    a workspace of an organisation (Enterprise Grid) that installed the app for itself
E123         an organisation that installed the app for all its workspaces

Slack sends two ids and `is_enterprise_install`, which is a bool in events and the text "true" or "false" in commands.
"""

import re
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
"""What we accept as an id. Slack promises only a text, but our keys use the dot themselves."""

_TRUE: Final = frozenset({True, "true"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Slack's ids of a workspace. `team_id` is empty for a whole organisation, `enterprise_id` outside of one."""

    enterprise_id: str
    team_id: str

    @property
    def is_enterprise_install(self) -> bool:
        """Whether the app was installed for the whole organisation."""
        return not self.team_id


def workspace_of(
    enterprise_id: str | None, team_id: str | None, *, is_enterprise_install: bool | str | None = False
) -> str:
    """Return our key of a workspace.

    Raises:
        ValueError: an id is missing or malformed.
    """
    named = (enterprise_id,) if is_enterprise_install in _TRUE else (enterprise_id, team_id)
    given = [each for each in named if each]
    if not named[-1] or not all(_ID.fullmatch(each) for each in given):
        raise ValueError("this names no workspace of Slack")
    return ".".join(given)


def tenant_of(workspace: str) -> Tenant:
    """Return Slack's ids of the workspace with this key.

    Raises:
        ValueError: `workspace_of` returns no such key.
    """
    first, dot, second = workspace.partition(".")
    parts = (first, second) if dot else (first,)
    if not all(_ID.fullmatch(each) for each in parts):
        raise ValueError("this is no key of a Slack workspace")
    if dot:
        return Tenant(enterprise_id=first, team_id=second)
    return Tenant(enterprise_id=first, team_id="") if first.startswith("E") else Tenant(enterprise_id="", team_id=first)
