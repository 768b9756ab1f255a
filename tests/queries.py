"""Strategies: queries as people may type them, and papers with the same few words."""

from dataclasses import replace

from hypothesis import strategies as st

from bot.model.paper import Paper
from tests.builders import a_paper, a_sighting

WORDS = ("agents", "agent", "world", "models", "GPT-4", "C++", "robot", "trending-topic", "cat")
AUTHORS = ("He", '"Kaiming He"', "Ada", '"Ada Byron"', "Erdős")
CATEGORIES = ("cs.CL", "cs.LG", "cs", "hep-th", "math.ST")


def _leaf() -> st.SearchStrategy[str]:
    words = st.sampled_from(WORDS)
    phrase = st.lists(words, min_size=1, max_size=3).map(lambda found: f'"{" ".join(found)}"')
    text = words | phrase
    return st.one_of(
        text,
        text,
        st.tuples(st.sampled_from(("title:", "abstract:")), text).map("".join),
        st.sampled_from(AUTHORS).map(lambda name: f"author:{name}"),
        st.sampled_from(CATEGORIES).map(lambda name: f"cat:{name}"),
        st.sampled_from(("org:acme", 'org:"acme labs"', "source:hf", "source:arxiv")),
        st.tuples(st.sampled_from(("", ">=", ">", "<=", "=")), st.integers(0, 20)).map(
            lambda c: f"upvotes:{c[0]}{c[1]}"
        ),
    )


def _trees() -> st.SearchStrategy[str]:
    def extend(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        parts = st.lists(part, min_size=2, max_size=3)
        return st.one_of(
            parts.map(lambda found: f"({' OR '.join(found)})"),
            parts.map(lambda found: f"({' '.join(found)})"),
            part.map(_excluded),
            part.map(lambda found: f"NOT {found}"),
        )

    return st.recursive(_leaf(), extend, max_leaves=8)


def _excluded(part: str) -> str:
    # Two dashes in a row begin an option, not a query.
    return f"NOT {part}" if part.startswith("-") else f"-{part}"


def queries() -> st.SearchStrategy[str]:
    """Generate texts that can be read: each asks for something; one in five is a trending."""
    shapes = st.sampled_from(("{0} {1}", "{0} AND {1}", "{0} ({1})", "{1} {0}"))
    plain = st.tuples(_leaf(), _trees(), shapes).map(lambda found: found[2].format(*found[:2]))
    trending = _trees().map(lambda tree: f"trending {tree}")
    return st.one_of(plain, plain, plain, plain, trending)


def papers() -> st.SearchStrategy[Paper]:
    """Generate papers made of the words, authors and categories that the queries ask for."""
    text = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
    return st.builds(
        lambda number, title, abstract, authors, categories, upvotes, organisation, sources: replace(
            a_paper(number, title, abstract=abstract, authors=authors, categories=categories, upvotes=upvotes),
            title=title,
            organisation=organisation,
            sightings=tuple(a_sighting(source=source) for source in sources),
        ),
        st.integers(1, 99_999),
        text,
        text,
        st.lists(st.sampled_from(("Kaiming He", "Ada Byron", "Byron Kaiming", "Paul Erdős", "He Ada")), max_size=3).map(
            tuple
        ),
        st.lists(st.sampled_from(("cs.CL", "cs.LG", "hep-th", "math.ST", "csx.A")), max_size=2).map(tuple),
        st.none() | st.integers(0, 20),
        st.sampled_from(("", "Acme", "Acme Labs", "Labs Acme")),
        st.lists(st.sampled_from(("huggingface", "arxiv", "jsonl")), max_size=2),
    )
