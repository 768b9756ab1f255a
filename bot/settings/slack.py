"""Slack's settings, and which of them go together.

    SLACK_BOT_TOKEN                         one workspace
    SLACK_CLIENT_ID, SLACK_CLIENT_SECRET    many, that install it themselves

    SLACK_APP_TOKEN                                 heard through Socket Mode
    SLACK_SIGNING_SECRET, PAPERROUND_HTTP__PORT     heard over HTTP

Whoever sets both ways to hear gets Socket Mode: the app token is of no other use, while the signing secret is often
copied along. Only `run` needs a way to hear: `once`, a worker, and commands of a shell post by the bot token alone.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from bot.model.installation import Secret
from bot.settings.checks import Address, Outside, token
from bot.settings.groups import Group, HttpSettings

SecretName = Literal["bot_token", "app_token", "signing_secret", "client_secret"]


class SlackSettings(Group):
    """Slack. Without a token or a client id nothing of it is loaded."""

    bot_token: Annotated[
        SecretStr | None,
        Outside("SLACK_BOT_TOKEN"),
        AfterValidator(token("xoxb-")),
        Field(
            examples=["xoxb-..."],
            description="The token of the bot in one workspace: *OAuth & Permissions* on the page of the Slack app.",
        ),
    ] = None
    app_token: Annotated[
        SecretStr | None,
        Outside("SLACK_APP_TOKEN"),
        AfterValidator(token("xapp-")),
        Field(
            examples=["xapp-..."],
            description="The app-level token with the scope `connections:write`: Slack is heard through Socket Mode, "
            "which needs no public address. Without it Slack is heard over HTTP.",
        ),
    ] = None
    signing_secret: Annotated[
        SecretStr | None,
        Outside("SLACK_SIGNING_SECRET"),
        Field(
            examples=["..."],
            description="What Slack signs its requests with; for HTTP at `/slack/events`, with `PAPERROUND_HTTP__PORT`."
            " Not used where there is an app token.",
        ),
    ] = None
    client_id: Annotated[
        str | None,
        Outside("SLACK_CLIENT_ID"),
        Field(examples=["123.456"], description="For many workspaces, installed at `/slack/install`, in place of one."),
    ] = None
    client_secret: Annotated[
        SecretStr | None,
        Outside("SLACK_CLIENT_SECRET"),
        Field(examples=["..."], description="What belongs to the client id."),
    ] = None
    base_url: Annotated[Address, Field(description="Where Slack's Web API is asked: for GovSlack, or a proxy.")] = (
        "https://slack.com/api"
    )

    def secret(self, name: SecretName) -> Secret | None:
        """Return one of the secrets, for who uses it."""
        given: SecretStr | None = getattr(self, name)
        return None if given is None else Secret(given.get_secret_value())

    @property
    def is_configured(self) -> bool:
        """Say whether anything of Slack is wanted."""
        return self.bot_token is not None or self.client_id is not None

    @property
    def is_over_http(self) -> bool:
        """Say whether Slack is heard over HTTP, and not through Socket Mode."""
        return self.app_token is None


def contradictions(slack: SlackSettings, http: HttpSettings, *, has_key: bool) -> Iterator[str]:
    """Yield what does not go together, each with the way out."""
    if slack.bot_token is not None and slack.client_id is not None:
        yield "SLACK_BOT_TOKEN: it is for one workspace and SLACK_CLIENT_ID for many; leave one of them out"
    if slack.client_id is not None and slack.client_secret is None:
        yield "SLACK_CLIENT_SECRET: SLACK_CLIENT_ID needs it; both are App Credentials of the Slack app"
    if slack.client_secret is not None and slack.client_id is None:
        yield "SLACK_CLIENT_ID: SLACK_CLIENT_SECRET is of no use without it"
    if slack.client_id is not None and http.port is None:
        yield "PAPERROUND_HTTP__PORT: SLACK_CLIENT_ID needs it, for the page that installs the app; set it to a port"
    if slack.client_id is not None and not has_key:
        yield (
            "PAPERROUND_SECRET_KEY: SLACK_CLIENT_ID needs it, since the tokens of workspaces are stored encrypted; "
            "`openssl rand -base64 32 | tr +/ -_` makes one"
        )
    if not slack.is_configured and (slack.app_token is not None or slack.signing_secret is not None):
        given = "SLACK_APP_TOKEN" if slack.app_token is not None else "SLACK_SIGNING_SECRET"
        yield f"SLACK_BOT_TOKEN: {given} alone can hear and not answer; set the bot token too"


def deafness(slack: SlackSettings, http: HttpSettings) -> str:
    """Say why nothing would be heard of Slack; empty: it would be. Whoever only posts needs to hear nothing."""
    if not slack.is_configured or not slack.is_over_http:
        return ""
    if slack.signing_secret is None:
        return (
            "SLACK_APP_TOKEN: without it nothing is heard of Slack; set it, or, for HTTP, SLACK_SIGNING_SECRET and "
            "PAPERROUND_HTTP__PORT"
        )
    if http.port is None:
        return "PAPERROUND_HTTP__PORT: SLACK_SIGNING_SECRET needs it; set it to a port, or set SLACK_APP_TOKEN instead"
    return ""
