"""The reading list: everybody's own, in every workspace another, and ready for a bibliography."""

from dataclasses import replace
from datetime import timedelta

from adapters.console.render import render
from bot.model.channel import Channel, Platform
from bot.ports import Store
from bot.views.saved import BIBTEX_PAGE_SIZE
from tests.builders import NOW, a_paper
from tests.scenarios.asking import FakeSource, Person, button_of, labels_of
from tests.scenarios.library import LIGHTHOUSES, TEAPOTS, fill, id_of


async def save(person: Person, *papers: str) -> None:
    for minute, paper in enumerate(papers):
        reply = await replace(person, now=NOW + timedelta(minutes=minute)).presses(f"save:{paper}")
        assert reply.ok


async def test_an_empty_list_says_how_papers_come_there(store: Store) -> None:
    said = "Your reading list is empty. Save on a paper puts it there; to find one: /papers trending"
    assert await Person(store).reads("saved") == said
    assert await Person(store).reads("saved --bibtex") == said


async def test_saving_is_said_and_saving_twice_too(store: Store) -> None:
    await fill(store)
    person = Person(store)
    first, second = [await person.presses(f"save:{id_of(TEAPOTS)}") for _ in range(2)]
    assert render(first.document) == (
        "Saved: Patient Teapots for World Models. Your reading list has 1 paper: /papers saved"
    )
    assert render(second.document) == (
        "Patient Teapots for World Models is on your reading list already: /papers saved"
    )
    assert not first.visible_to_channel
    assert (await person.asks("saved")).papers == (id_of(TEAPOTS),)


async def test_the_list_shows_what_was_saved_last_first_and_takes_papers_off(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await save(person, id_of(TEAPOTS), id_of(LIGHTHOUSES))
    later = replace(person, now=NOW + timedelta(hours=1))
    assert await later.reads("saved") == (
        "Your reading list · 2 papers\n\n"
        "1. Lighthouses Keep a World Model of the Sea · 6▲ · Ada Byron\n"
        "2. Patient Teapots for World Models · 74▲ · Ada Brill, Cyd Dorn … Gus Holm (4) · "
        "https://huggingface.co/papers/2606.00001\n\n"
        "/papers saved --bibtex gives it to a bibliography"
    )
    mine = await later.asks("saved")
    off = [await later.presses(button_of(mine, "Remove 2")) for _ in range(2)]
    assert [render(each.document) for each in off] == [
        "Taken off your reading list: Patient Teapots for World Models.",
        "Patient Teapots for World Models is not on your reading list.",
    ]
    assert (await later.asks("saved")).papers == (id_of(LIGHTHOUSES),)
    await later.presses(button_of(off[0], "Save again"))
    assert set((await later.asks("saved")).papers) == {id_of(TEAPOTS), id_of(LIGHTHOUSES)}


async def test_a_long_list_has_pages(store: Store) -> None:
    papers = [a_paper(number) for number in range(1, 24)]
    await fill(store, *papers)
    person = Person(store)
    await save(person, *map(id_of, papers))
    later = replace(person, now=NOW + timedelta(hours=1))
    first = await later.asks("saved")
    second = await later.presses(button_of(first, "Next"))
    third = await later.presses(button_of(second, "Next"))
    assert [each for page in (first, second, third) for each in page.papers] == [*map(id_of, reversed(papers))]
    assert "11–20 of 23" in render(second.document)  # noqa: RUF001 - a range
    assert labels_of(third)[:3] == ["Previous", "BibTeX", "Remove 21"]
    assert (await later.asks("saved --page 99")).papers == third.papers


async def test_the_list_is_ones_own_in_every_workspace(store: Store) -> None:
    await fill(store)
    ana = Person(store)
    await save(ana, id_of(TEAPOTS))
    elsewhere = Channel(Platform.CONSOLE, "other", "general")
    on_slack = Channel(Platform.SLACK, "local", "general")
    for other in (replace(ana, user="bo"), replace(ana, channel=elsewhere), replace(ana, channel=on_slack)):
        assert (await other.asks("saved")).papers == ()
        reply = await other.presses(f"unsave:{id_of(TEAPOTS)}")
        assert "is not on your reading list" in render(reply.document)
    in_another_channel = replace(ana, channel=Channel(Platform.CONSOLE, "local", "tea"))
    assert (await in_another_channel.asks("saved")).papers == (id_of(TEAPOTS),)


async def test_the_page_of_somebody_elses_list_shows_ones_own(store: Store) -> None:
    await fill(store)
    ana = Person(store)
    await save(ana, id_of(TEAPOTS))
    bo = replace(ana, user="bo")
    assert (await bo.presses(button_of(await ana.asks("saved"), "BibTeX"))).papers == ()


async def test_the_list_as_bibtex_is_one_block_with_a_key_for_each_paper(store: Store) -> None:
    twins = [a_paper(number, f"Kettles, part {number}") for number in (1, 2, 3)]
    await fill(store, *twins)
    person = Person(store)
    await save(person, *map(id_of, twins))
    later = replace(person, now=NOW + timedelta(hours=1))
    said = await later.reads("saved --bibtex")
    assert said.startswith("Your reading list · 3 papers as BibTeX\n\n    @misc{byron2026kettles,\n")
    keys = [line.strip() for line in said.splitlines() if "@misc" in line]
    assert keys == ["@misc{byron2026kettles,", "@misc{byron2026kettlesa,", "@misc{byron2026kettlesb,"]
    reply = await later.presses(button_of(await later.asks("saved"), "BibTeX"))
    assert reply.papers == tuple(map(id_of, twins))


async def test_a_long_list_as_bibtex_has_pages_and_no_key_comes_twice(store: Store) -> None:
    twins = [a_paper(number, f"Kettles, part {number}") for number in range(1, BIBTEX_PAGE_SIZE + 3)]
    await fill(store, *twins)
    person = Person(store, channel=Channel(Platform.SLACK, "T1", "C1"))
    await save(person, *map(id_of, twins))
    later = replace(person, now=NOW + timedelta(hours=1))
    first = await later.presses(button_of(await later.asks("saved"), "BibTeX"))
    second = await later.presses(button_of(first, "Next"))
    assert (*first.papers, *second.papers) == tuple(map(id_of, twins))
    assert render(second.document).endswith("21–22 of 22")  # noqa: RUF001 - a range
    assert (labels_of(first), labels_of(second)) == (["Next"], ["Previous"])
    said = render(first.document) + render(second.document)
    assert len({line for line in said.splitlines() if "@misc" in line}) == len(twins)
    assert (await later.asks("saved --bibtex --page 9")).papers == second.papers


async def test_in_a_terminal_a_long_list_as_bibtex_is_whole(store: Store) -> None:
    twins = [a_paper(number, f"Kettles, part {number}") for number in range(1, BIBTEX_PAGE_SIZE + 3)]
    await fill(store, *twins)
    person = Person(store)
    await save(person, *map(id_of, twins))
    reply = await replace(person, now=NOW + timedelta(hours=1)).asks("saved --bibtex")
    assert (reply.papers, labels_of(reply)) == (tuple(map(id_of, twins)), [])
    assert render(reply.document).count("@misc") == len(twins)


async def test_a_paper_from_outside_is_kept_when_it_is_saved(store: Store) -> None:
    kites = a_paper(70, "Kites in Fog", listed=())
    source = FakeSource("arxiv", {kites.id: kites})
    person = Person(store, sources=(source,))
    assert (await person.presses(f"save:{id_of(kites)}")).ok
    assert (await person.asks("saved")).papers == (id_of(kites),)
    assert (await person.asks("search kites")).papers == (id_of(kites),)
    assert (await person.asks("trending")).papers == ()


async def test_a_paper_is_on_the_list_under_any_of_its_ids(store: Store) -> None:
    old_name = replace(a_paper(1), id=replace(a_paper(1).id, scheme="doi", value="10.1000/x"))
    await fill(store, old_name)
    person = Person(store)
    await save(person, "doi:10.1000/x")
    await fill(store, replace(a_paper(1), aliases=(old_name.id,)))
    for name in ("doi:10.1000/x", "arxiv:2606.00001"):
        assert "already" in await person.hears(f"save:{name}")
    assert len((await person.asks("saved")).papers) == 1
