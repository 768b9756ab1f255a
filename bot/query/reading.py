"""A query read back in words, so that a person sees what the bot understood."""

from collections.abc import Iterable
from typing import assert_never

from bot.query.ast import And, Category, Leaf, Node, Not, Or, Query, Scope, Source, Upvotes, Words, leaves_of
from bot.query.fields import SOURCE_TITLES


def in_words(query: Query) -> str:
    """Return the query in words: `the phrase "world models" and not survey, in title or abstract`."""
    parts = ["what is trending"] if query.is_trending else []
    if query.root is not None:
        parts.append(_root_in_words(query.root))
    if query.since is not None:
        parts.append(f"since {query.since.on}" if query.since.on else f"of the last {query.since.days} days")
    return ": ".join(parts[:2]) + "".join(f", {part}" for part in parts[2:]) if query.is_trending else ", ".join(parts)


def _root_in_words(root: Node) -> str:
    """Say where bare words are looked for once, after all of them, and the conditions on other things last."""
    parts = root.parts if isinstance(root, And) else (root,)
    text = [part for part in parts if _is_about_text(part)]
    rest = [part for part in parts if not _is_about_text(part)]
    said = []
    if text:
        said.append(_joined(text, " and ") + ", in title or abstract")
    elif any(isinstance(leaf, Words) and not leaf.scope for leaf, _ in leaves_of(root)):
        return _joined(rest, " and ") + " (words in title or abstract)"
    if rest:
        said.append(_joined(rest, " and "))
    return "; ".join(said)


def _is_about_text(node: Node) -> bool:
    return all(isinstance(leaf, Words) and not leaf.scope for leaf, _ in leaves_of(node))


def _joined(parts: Iterable[Node], word: str) -> str:
    """Say the parts, those that exclude last."""
    ordered = sorted(parts, key=lambda part: isinstance(part, Not))
    return word.join(_in_words(part, is_inside=len(ordered) > 1) for part in ordered)


def _in_words(node: Node, *, is_inside: bool) -> str:
    match node:
        case And(parts) | Or(parts):
            said = _joined(parts, " and " if isinstance(node, And) else " or ")
            return f"({said})" if is_inside else said
        case Not(part):
            return f"not {_in_words(part, is_inside=True)}"
        case Words() | Category() | Source() | Upvotes():
            return _leaf_in_words(node)
        case _:
            assert_never(node)


def _leaf_in_words(leaf: Leaf) -> str:
    match leaf:
        case Words(scope=scope, typed=typed, tokens=tokens):
            # Punctuation at its ends takes no part: "agent*" is read as agent.
            text = typed.strip(" *,.;:!?'") or " ".join(tokens)
            return {
                Scope.TEXT: _phrase(text, tokens),
                Scope.TITLE: f"{_phrase(text, tokens)} in the title",
                Scope.ABSTRACT: f"{_phrase(text, tokens)} in the abstract",
                Scope.AUTHOR: f"by {text}",
                Scope.ORGANISATION: f"from {text}",
            }[scope]
        case Category(name=name):
            return f"in {name}"
        case Source(name=name):
            return f"listed by {SOURCE_TITLES.get(name, name)}"
        case Upvotes(least=least, most=most):
            if most is None:
                return f"with at least {least} upvotes"
            return f"with {least} upvotes" if least == most else f"with at most {most} upvotes"
        case _:
            assert_never(leaf)


def _phrase(text: str, tokens: tuple[str, ...]) -> str:
    return f'the phrase "{text}"' if len(tokens) > 1 else text
