"""What Slack made of a text, undone; who did what where; people and channels by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.interactions import Here, plain, pressed_of, typed_of
from adapters.slack.members import person_of, place_of
from adapters.slack.names import Tenant
from adapters.slack.naming import NAMING
from bot.commands.parse import read
from bot.document import Document, Fields, PaperCard, Paragraph, Text, text
from bot.model.channel import Channel, Platform


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("subscribe &quot;x&quot;", "subscribe &quot;x&quot;"),
        ("search upvotes:&gt;=10 &lt;3", "search upvotes:>=10 <3"),
        ("search AT&amp;T &amp;lt; R&amp;amp;D", "search AT&T &lt; R&amp;D"),
        ("list --in <#C012|tea>", "list --in <#C012>"),
        ("list --in <#C012>", "list --in <#C012>"),
        ("list --in <#C012|>", "list --in <#C012>"),
        ("search <@U012|ana> <@U013>", "search @ana @U013"),
        ("search <!here> <!channel|channel> <!subteam^S1|@team>", "search @here channel @team"),
        ("search <!date^1^{date}|Monday>", "search Monday"),
        ("show <https://arxiv.org/abs/2310.06825>", "show https://arxiv.org/abs/2310.06825"),
        ("show <http://arxiv.org/abs/1|arxiv.org/abs/1>", "show arxiv.org/abs/1"),
        ("show <https://arxiv.org/abs/1|this paper>", "show https://arxiv.org/abs/1"),
        ("show <https://e.org/?a=1&amp;b=2>", "show https://e.org/?a=1&b=2"),
        ("search <mailto:a@b.org|a@b.org>", "search a@b.org"),
        ("search < and > alone", "search < and > alone"),
        ("", ""),
    ],
)
def test_what_slack_made_of_a_text_is_undone(sent: str, typed: str) -> None:
    assert plain(sent) == typed


def test_a_channel_that_was_picked_is_heard_by_its_id() -> None:
    assert read(plain("list --in <#C012|tea>")).place == "C012"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_text_that_slack_escaped_comes_back_as_it_was_typed(typed: str) -> None:
    sent = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(sent) == typed


@pytest.mark.parametrize("channel_id", ["D012", ""])
def test_a_conversation_with_one_person_is_that_persons_own(channel_id: str) -> None:
    here = Here(workspace="T1", channel_id=channel_id, user="U1")
    assert here.channel == Channel(Platform.SLACK, "T1", "@U1")


@pytest.mark.parametrize(
    ("said", "workspace"),
    [
        ({"team_id": "T1", "is_enterprise_install": "false"}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"}, "E1.T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
    ],
)
def test_a_command_belongs_to_the_workspace_that_installed_the_app(said: dict[str, str], workspace: str) -> None:
    typed = typed_of({"channel_id": "C1", "user_id": "U1", "text": "list", **said})
    assert typed.here.channel == Channel(Platform.SLACK, workspace, "C1")


def test_a_press_belongs_to_the_workspace_of_the_message() -> None:
    body = {
        "team": {"id": "T1", "enterprise_id": "E1"},
        "enterprise": {"id": "E1"},
        "user": {"id": "U1", "team_id": "T7"},
        "channel": {"id": "C1"},
        "is_enterprise_install": False,
        "actions": [{"value": "do:x"}],
    }
    assert pressed_of(body).here.channel == Channel(Platform.SLACK, "E1.T1", "C1")
    whole = {**body, "team": None, "is_enterprise_install": True}
    assert pressed_of(whole).here.workspace == "E1"


def test_a_press_is_where_its_message_is_even_if_only_what_holds_it_says_so() -> None:
    container = {"type": "message", "message_ts": "1.1", "channel_id": "C1"}
    body = {"team": {"id": "T1"}, "user": {"id": "U1"}, "container": container, "actions": [{"value": "save:x"}]}
    assert pressed_of(body).here.channel == Channel(Platform.SLACK, "T1", "C1")


def test_no_repr_tells_where_an_answer_is_taken() -> None:
    typed = typed_of(
        {"team_id": "T1", "channel_id": "C1", "user_id": "U1", "response_url": "https://secret", "trigger_id": "secret"}
    )
    assert "secret" not in repr(typed)


# --- who and what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ({"is_admin": True, "team_id": "T1"}, "an administrator"),
        ({"is_owner": True}, "an administrator"),
        ({"is_admin": True, "team_id": "T2"}, "nobody"),
        ({"is_admin": True, "deleted": True}, "nobody"),
        ({"team_id": "T1"}, "nobody"),
        ({}, "nobody"),
    ],
)
def test_an_administrator_is_one_of_this_workspace(said: dict[str, object], who: str) -> None:
    assert person_of(said, Tenant(enterprise_id="", team_id="T1")).is_admin is (who == "an administrator")


def test_an_administrator_of_an_organisation_is_one_of_this_organisation() -> None:
    here = Tenant(enterprise_id="E1", team_id="")
    said = {"is_admin": True, "team_id": "T9"}
    assert person_of({**said, "enterprise_user": {"enterprise_id": "E1"}}, here).is_admin
    assert not person_of({**said, "enterprise_user": {"enterprise_id": "E2"}}, here).is_admin
    assert not person_of(said, here).is_admin


def test_a_channel_is_ours_unless_slack_says_otherwise() -> None:
    assert place_of({"is_member": True}).is_ours
    assert place_of({"id": "C1", "name": "tea"}).is_ours
    assert not place_of({"is_member": False}).is_ours
    assert not place_of({"is_member": True, "is_archived": True}).is_ours


# --- names --------------------------------------------------------------------------------------------------------

DOCUMENT = Document(
    heading=text("@U01 subscribed #C01, not #Cabbage or C01"),
    blocks=(
        Paragraph((Text("by @W02", href="https://e.org/@U01"),)),
        PaperCard(paper="p1", title=text("A title of @U03"), facts=(text("#C04"),)),
        Fields((("@U05", text("@U06")),)),
    ),
    summary="@U01 did it",
)


def test_people_and_channels_are_found_in_whatever_is_said() -> None:
    named = NAMING.named_in(DOCUMENT)
    assert named.people == {"U01", "W02", "U03", "U06"}
    assert named.places == {"C01", "C04"}


def test_who_has_a_name_is_called_by_it_and_addresses_stay() -> None:
    said = NAMING.with_names(DOCUMENT, {"U01": "ana", "C01": "tea"})
    assert said.heading == text("@ana subscribed #tea, not #Cabbage or C01")
    assert said.summary == "@ana did it"
    assert said.blocks[0] == Paragraph((Text("by @W02", href="https://e.org/@U01"),))
    assert NAMING.with_names(DOCUMENT, {}) == DOCUMENT


def test_a_name_is_text_like_any_other() -> None:
    said = NAMING.with_names(Document(heading=text("by @U01")), {"U01": "<!channel> \\1"})
    assert said.heading == text("by @<!channel> \\1")
