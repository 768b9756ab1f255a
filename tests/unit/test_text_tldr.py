"""TL;DRs: which sentences of an abstract state the contribution, and how a text is cut."""

from hypothesis import given
from hypothesis import strategies as st

from bot.text.tldr import ELLIPSIS, TLDR_LENGTH, cut, sentences, tldr_of

ABSTRACT = (
    "Robots that fold laundry are slow. Existing planners, e.g. those of Li et al. (2020), need 3.5 seconds per fold. "
    "In this paper, we introduce FoldNet, a planner that looks ahead only where cloth moves. "
    "It folds a shirt in half the time, see Fig. 3. Code is available."
)


def test_the_sentence_that_states_the_contribution_is_taken() -> None:
    assert tldr_of(ABSTRACT).startswith("We introduce FoldNet, a planner that looks ahead only where cloth moves.")


def test_abbreviations_and_decimals_end_no_sentence() -> None:
    assert len(sentences(ABSTRACT)) == 5
    assert sentences("Cats vs. Dogs. It is 0.5. So i.e. This. J. Doe said (cf. Eq. 2) so.") == (
        *("Cats vs. Dogs.", "It is 0.5.", "So i.e. This.", "J. Doe said (cf. Eq. 2) so."),
    )


def test_chinese_sentences_end_without_a_space() -> None:
    assert sentences("我们提出新方法。它很快。") == ("我们提出新方法。", "它很快。")


def test_a_second_sentence_joins_when_both_fit() -> None:
    text = (
        "Dogs bark at night. We present BarkSet, a set of barks. We show that barks differ by street. The end is near."
    )
    assert tldr_of(text) == "We present BarkSet, a set of barks. We show that barks differ by street."


def test_of_two_such_sentences_the_opening_one_gives_way() -> None:
    tail = " that runs on for long enough to leave no room for another sentence beside it in the summary of a paper"
    assert tldr_of(f"We show a field{tail}. We show a finding{tail}.").startswith("We show a finding")


def test_a_long_sentence_is_cut_at_a_word() -> None:
    found = tldr_of("We propose " + "very " * 100 + "long names.")
    assert len(found) <= TLDR_LENGTH
    assert found.endswith("very" + ELLIPSIS)


def test_an_abstract_without_any_cue_gives_a_sentence_of_it() -> None:
    assert tldr_of("Cloth moves. It moves in folds that no planner has seen so far.") == (
        "It moves in folds that no planner has seen so far."
    )
    assert tldr_of("") == ""


def test_a_cut_splits_no_accent_flag_or_joined_emoji() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert cut("字" * 10 + "e\u0301" * 10, 12) == "字" * 10 + "…"
    assert cut("a" * 4 + family * 2, 8) == "a" * 4 + "…"
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 0) == ""


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_a_cut_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= max(limit, 0)
    assert text.startswith(short.removesuffix(ELLIPSIS))


@given(st.text())
def test_every_abstract_gets_a_summary_that_fits(text: str) -> None:
    assert len(tldr_of(text)) <= TLDR_LENGTH
