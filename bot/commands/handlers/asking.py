"""What several handlers ask of the request's channel: its zone, its subscriptions, the sources that may be named."""

from collections.abc import Sequence
from typing import Final

from bot.commands.request import Requester
from bot.commands.services import Services
from bot.errors import RefusedError
from bot.model.channel import Platform
from bot.model.paper import JSONL
from bot.model.subscription import DEFAULT_SOURCES, SourceChoice, Subscription
from bot.views.words import capitalised, name_from, to_whom

_START: Final = 'Start with `/papers subscribe "your topic"{}`.'


async def zone_of(requester: Requester, services: Services) -> str:
    """Return the IANA zone of the channel."""
    settings = await services.store.subscriptions.settings(requester.channel)
    return settings.timezone or services.default_zone


def default_sources(services: Services) -> tuple[SourceChoice, ...]:
    """Return the product's default; where it is not configured, what is."""
    if not services.sources or all(choice.source in services.sources for choice in DEFAULT_SOURCES):
        return DEFAULT_SOURCES
    return tuple(SourceChoice(name) for name in services.sources)


def refuse_unknown_sources(sources: Sequence[SourceChoice], services: Services) -> None:
    """Refuse a source that nobody fetches here.

    Raises:
        RefusedError: one of them is not configured.
    """
    for choice in sources:
        if choice.source not in services.sources and choice.source != JSONL:
            configured = ", ".join(f"`{name}`" for name in services.sources) or "none"
            hint = f"Configured: {configured}. The operator adds one with PAPERROUND_SOURCES."
            raise RefusedError(f"The source `{choice.source}` is not configured here; nobody fetches it.", hint=hint)


def refuse_ping(role: str, requester: Requester) -> None:
    """Refuse to call a role to digests where that cannot be, or that not everybody may set.

    Raises:
        RefusedError: the platform has no such roles, whoever asks is no manager, or it would be everybody.
    """
    channel = requester.channel
    if channel.platform is not Platform.DISCORD:
        raise RefusedError("Pinging a role works on Discord only; I changed nothing.", hint="Leave `--ping` out.")
    if channel.is_personal:
        raise RefusedError("In your own channel there is no role to ping.", hint="Leave `--ping` out.")
    if not requester.is_manager:
        raise RefusedError(
            "Only a manager may have a role pinged; I changed nothing.", hint="Leave `--ping` out, or ask one."
        )
    if role == channel.workspace:
        # The role of everybody has the id of the server itself.
        raise RefusedError("I don't ping everybody; I changed nothing.", hint="Choose a role that people ask for.")


def numbered(number: int, known: Sequence[Subscription], requester: Requester) -> Subscription:
    """Return the requester's channel's subscription of this number; `known` are all that it has.

    Raises:
        RefusedError: there is none.
    """
    found = next((each for each in known if each.number == number), None)
    if found is None:
        raise no_such_number(number, known, requester)
    return found


def no_such_number(number: int, known: Sequence[Subscription], requester: Requester) -> RefusedError:
    """Return the refusal of a number that no subscription of the requester's channel has."""
    channel, there = requester.channel, to_whom(requester.channel, requester.here)
    if not known:
        hint = f"There is none yet. {_START.format(there)}"
    else:
        numbers = ", ".join(f"#{each.number}" for each in known)
        listed = f"`/papers list{there}`"
        hint = f"There {'is' if len(known) == 1 else 'are'} {numbers}; {listed} shows what they are."
    if channel.is_personal:
        return RefusedError(f"You have no subscription #{number} of your own.", hint=hint)
    which = capitalised(name_from(channel, requester.here))
    return RefusedError(f"{which} has no subscription #{number}.", hint=hint)


def no_subscriptions(requester: Requester, verb: str) -> RefusedError:
    """Return the refusal to do something to every subscription of a channel that has none."""
    channel, here = requester.channel, requester.here
    which = capitalised(name_from(channel, here))
    have = "You have no subscriptions of your own" if channel.is_personal else f"{which} has no subscriptions"
    return RefusedError(f"{have}; there is nothing to {verb}.", hint=_START.format(to_whom(channel, here)))
