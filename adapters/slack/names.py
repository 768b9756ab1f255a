"""What a Slack workspace is called here: one key, whichever way the app came in. Pure.

T123         a workspace by itself
E123.T123    a workspace of an organisation (Enterprise Grid) that installed the app for itself
E123         an organisation that installed it for all its workspaces

Slack says which by two ids and a flag, which is a bool in events and a text in forms.
"""

import re
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
"""Slack promises only that an id is a text: what stands in one of a key's own signs is none."""

_TRUE: Final = frozenset({True, "true"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Slack's own names of a workspace; `team_id` is empty for a whole organisation, `enterprise_id` outside of one."""

    enterprise_id: str
    team_id: str

    @property
    def is_enterprise_install(self) -> bool:
        """Say whether the app was installed for the whole organisation."""
        return not self.team_id


def workspace_of(
    enterprise_id: str | None, team_id: str | None, *, is_enterprise_install: bool | str | None = False
) -> str:
    """Return the key of a workspace.

    Raises:
        ValueError: an id is missing or is none of Slack's.
    """
    named = (enterprise_id,) if is_enterprise_install in _TRUE else (enterprise_id, team_id)
    given = [each for each in named if each]
    if not named[-1] or not all(_ID.fullmatch(each) for each in given):
        raise ValueError("this names no workspace of Slack")
    return ".".join(given)


def tenant_of(workspace: str) -> Tenant:
    """Return what Slack calls the workspace with this key.

    Raises:
        ValueError: it is no key that `workspace_of` gives.
    """
    first, dot, second = workspace.partition(".")
    parts = (first, second) if dot else (first,)
    if not all(_ID.fullmatch(each) for each in parts):
        raise ValueError("this is no key of a Slack workspace")
    if dot:
        return Tenant(enterprise_id=first, team_id=second)
    return Tenant(enterprise_id=first, team_id="") if first.startswith("E") else Tenant(enterprise_id="", team_id=first)
