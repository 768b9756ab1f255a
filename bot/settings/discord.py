"""Discord's settings: one token, for every server that takes the bot in."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.model.installation import Secret
from bot.settings.checks import Address, Outside, bare_token, socket_address
from bot.settings.groups import Group


class DiscordSettings(Group):
    """Discord. Without a token nothing of it is loaded."""

    bot_token: Annotated[
        SecretStr | None,
        Outside("DISCORD_BOT_TOKEN"),
        AfterValidator(bare_token),
        Field(examples=["..."], description="The token of the bot: *Bot* on the page of the Discord application."),
    ] = None
    api_url: Annotated[
        Address, Field(description="Where Discord's API is asked, with its version: for a proxy that paces requests.")
    ] = "https://discord.com/api/v10"
    gateway_url: Annotated[
        str,
        AfterValidator(socket_address),
        Field(
            examples=["wss://gateway.example.org"],
            description="Where every connection to Discord's gateway goes, in place of the address that Discord names.",
        ),
    ] = ""

    @property
    def token(self) -> Secret | None:
        """The bot's token, for who uses it."""
        return None if self.bot_token is None else Secret(self.bot_token.get_secret_value())

    @property
    def is_configured(self) -> bool:
        """Say whether anything of Discord is wanted."""
        return self.bot_token is not None
