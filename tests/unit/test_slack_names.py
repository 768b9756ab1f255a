"""The key of a Slack workspace, and back."""

import pytest

from adapters.slack.names import Tenant, tenant_of, workspace_of

ALONE = Tenant(enterprise_id="", team_id="T1")
IN_ORGANISATION = Tenant(enterprise_id="E1", team_id="T1")
ORGANISATION = Tenant(enterprise_id="E1", team_id="")


@pytest.mark.parametrize(
    ("enterprise_id", "team_id", "flag", "key", "tenant"),
    [
        (None, "T1", False, "T1", ALONE),
        ("", "T1", None, "T1", ALONE),
        ("E1", "T1", False, "E1.T1", IN_ORGANISATION),
        ("E1", "T1", "false", "E1.T1", IN_ORGANISATION),
        ("E1", "T1", True, "E1", ORGANISATION),
        ("E1", "T1", "true", "E1", ORGANISATION),
        ("E1", None, True, "E1", ORGANISATION),
        (None, "T_tea-1", False, "T_tea-1", Tenant(enterprise_id="", team_id="T_tea-1")),
    ],
)
def test_a_workspace_has_one_key_from_events_and_forms_alike(
    enterprise_id: str | None, team_id: str | None, *, flag: bool | str | None, key: str, tenant: Tenant
) -> None:
    assert workspace_of(enterprise_id, team_id, is_enterprise_install=flag) == key
    assert tenant_of(key) == tenant
    again = workspace_of(tenant.enterprise_id, tenant.team_id, is_enterprise_install=tenant.is_enterprise_install)
    assert again == key


@pytest.mark.parametrize(
    ("enterprise_id", "team_id", "flag"),
    [(None, None, False), ("E1", None, False), (None, "T1", True), ("E1", "T1.E2", False), (None, "T1/C1", False)],
)
def test_what_names_no_workspace_has_no_key(enterprise_id: str | None, team_id: str | None, *, flag: bool) -> None:
    with pytest.raises(ValueError, match="names no workspace"):
        workspace_of(enterprise_id, team_id, is_enterprise_install=flag)


@pytest.mark.parametrize("key", ["", ".", "E1.", ".T1", "E1.T1.T2", "T 1", "T1/C1"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        tenant_of(key)
