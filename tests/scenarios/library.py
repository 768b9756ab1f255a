"""A small library of invented papers, listed over the week before the tests' Tuesday."""

from dataclasses import replace
from datetime import timedelta

from bot.model.paper import Links, Paper
from bot.ports import Store
from tests.builders import NOW, TODAY, a_paper, a_sighting

MORNING = NOW - timedelta(hours=2)

TEAPOTS = replace(
    a_paper(
        1,
        "Patient Teapots for World Models",
        abstract="We teach a teapot to wait. It waits, and a world model of its kitchen follows.",
        upvotes=74,
        authors=("Ada Brill", "Cyd Dorn", "Eve Fahr", "Gus Holm"),
        categories=("cs.AI", "cs.RO"),
        listed=(a_sighting(TODAY - timedelta(days=1), "arxiv"), a_sighting()),
    ),
    links=Links(
        abs="https://arxiv.org/abs/2606.00001",
        pdf="https://arxiv.org/pdf/2606.00001",
        hf="https://huggingface.co/papers/2606.00001",
    ),
    organisation="Kettle Lab",
)
LIGHTHOUSES = a_paper(2, "Lighthouses Keep a World Model of the Sea", abstract="A lighthouse looks.", upvotes=6)
SURVEY = a_paper(
    3,
    "A Survey of World Models",
    abstract="Every one of them.",
    upvotes=3,
    listed=(a_sighting(TODAY - timedelta(days=4)),),
)
DOORBELLS = a_paper(
    4, "Doorbells on Demand", abstract="They ring.", upvotes=2, listed=(a_sighting(TODAY - timedelta(days=5)),)
)
OLD = a_paper(
    5, "An Old World Model", abstract="It rests.", upvotes=1, listed=(a_sighting(TODAY - timedelta(days=25)),)
)
ON_ARXIV = a_paper(6, "Umbrellas in Silence", categories=("cs.CL",), upvotes=None, listed=(a_sighting(source="arxiv"),))

ALL = (TEAPOTS, LIGHTHOUSES, SURVEY, DOORBELLS, OLD, ON_ARXIV)


def id_of(paper: Paper) -> str:
    """Return a paper's id as replies have it."""
    return str(paper.id)


async def fill(store: Store, *papers: Paper) -> None:
    """Store these papers, or all of the small library."""
    await store.papers.ingest(papers or ALL, MORNING)
