"""Import: a YAML text makes a channel what it says, wholly or not at all, after showing what that would change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.commands.buttons import Buttons, undo_button
from bot.commands.catalog.files import APPLY
from bot.commands.handlers.asking import refuse_ping
from bot.commands.handlers.changing import Changed, change_channel
from bot.commands.handlers.forms import FlagGrammar
from bot.commands.request import ApplyShown, Import, Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.fleet.form import ChannelForm
from bot.fleet.plan import Difference, Doing, Planned, Present, planned
from bot.fleet.read import read_channel
from bot.model.change import ChangeKind, ChannelPlan
from bot.model.channel import ChannelSettings
from bot.model.subscription import Subscription
from bot.views.plan import nothing_to_change, was_changed, would_change


async def import_channel(request: Import | ApplyShown, requester: Requester, services: Services) -> Reply:
    """Show what a file would change, or change it: asked to at once, or by who has seen the very same difference."""
    form = read_channel(request.text, FlagGrammar(services))
    if isinstance(request, Import) and not request.is_confirmed:
        return await _show(request, form, requester, services)
    shown = request.shown if isinstance(request, ApplyShown) else None
    done = await bring_to(form, requester, services, shown=shown)
    if done is None:
        return await _show(request, form, requester, services)
    channel = requester.channel
    if not done.difference:
        return Reply(verb="import", document=nothing_to_change(channel))
    document = was_changed(done.difference, channel, by=requester.user)
    return Reply(verb="import", document=replace(document, actions=(undo_button(done.changed.id),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What was changed, for people and for its Undo."""

    difference: Difference
    changed: Changed


class _IsOtherError(Exception):
    """The channel is not as it was when the difference was shown."""


async def bring_to(
    form: ChannelForm, requester: Requester, services: Services, *, shown: str | None = None
) -> Brought | None:
    """Make the requester's channel what a form says; None, and nothing is changed, when that is not what was `shown`.

    Raises:
        RefusedError: others keep changing the channel, it would have too many subscriptions, it would call a role
            that may not be called, or it would be subscribed and cannot be posted to.
    """
    await difference_to(form, requester, services)
    last: Planned | None = None

    def plan_of(known: Sequence[Subscription], settings: ChannelSettings) -> ChannelPlan:
        nonlocal last
        last = _planned(form, known, settings, requester, services)
        if shown is not None and last.difference and last.difference.seen_as != shown:
            raise _IsOtherError
        return last.plan

    try:
        changed = await change_channel(ChangeKind.IMPORTED, plan_of, requester, services)
    except _IsOtherError:
        return None
    assert last is not None
    return Brought(difference=last.difference, changed=changed)


async def difference_to(form: ChannelForm, requester: Requester, services: Services) -> Difference:
    """Return what a form would change in the requester's channel as it is now.

    Raises:
        RefusedError: it would call a role that may not be called, or it would be subscribed and cannot be posted to.
    """
    store, channel = services.store.subscriptions, requester.channel
    known, settings = await store.of_channel(channel), await store.settings(channel)
    found = _planned(form, known, settings, requester, services)
    if found.plan.add:
        await services.refuse_unreachable(channel)
    return found.difference


def _planned(
    form: ChannelForm,
    known: Sequence[Subscription],
    settings: ChannelSettings,
    requester: Requester,
    services: Services,
) -> Planned:
    present = Present(channel=requester.channel, settings=settings, subscriptions=known)
    doing = Doing(by=requester.user, at=services.clock.now(), default_zone=services.default_zone)
    found = planned(form, present, doing)
    _refuse_pings(found.plan, known, requester)
    return found


def _refuse_pings(plan: ChannelPlan, known: Sequence[Subscription], requester: Requester) -> None:
    """Refuse the roles that a file would have called where the channel does not call them by now.

    Raises:
        RefusedError: one of them may not be.
    """
    before = {each.number: each.ping for each in known}
    new = [each.ping for each, _ in plan.add]
    for ping in (*new, *(each.ping for each in plan.edit if each.ping != before[each.number])):
        if ping:
            refuse_ping(ping, requester)


async def _show(request: Import | ApplyShown, form: ChannelForm, requester: Requester, services: Services) -> Reply:
    """Show the difference, with a button that applies this one and no other."""
    difference = await difference_to(form, requester, services)
    if not difference:
        return Reply(verb="import", document=nothing_to_change(requester.channel))
    is_new = isinstance(request, ApplyShown)
    buttons = Buttons(requester, services.clock.now())
    apply = buttons.command("Apply", f"{APPLY.name} {difference.seen_as}\n{request.text}", single_use=True)
    await buttons.keep(services.store.requests)
    document = would_change(difference, requester.channel, requester.here, is_new=is_new)
    return Reply(verb="import", document=replace(document, actions=(apply,)), ok=not is_new)
