# ruff: noqa: RUF001 - characters that look like others are what these tests are about
"""The tokeniser: what counts as the same word in a paper and in a query, and what a clean text is."""

import sys
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.clean import MOST_MARKS
from bot.text.clean import clean as shown
from bot.text.latex import unicode_of
from bot.text.normalise import clean, located_name_tokens, located_tokens, name_tokens, tokens
from bot.text.plurals import singular


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("language models", "language model"),
        ("Language-Models", "language model"),
        ("GPT-4 GPT4 GPT 4", "gpt 4 gpt 4 gpt 4"),
        ("Qwen2.5-VL", "qwen 2 5 vl"),
        ("C++, C# and F# beat c++11", "c++ c# and f# beat c++ 11"),
        (r"l1 $\ell_1$ ℓ₁", "l 1 l 1 l 1"),
        (r"$\alpha$-divergence α-Divergence", "alpha divergence alpha divergence"),
        (r"$\varepsilon$ ϵ ς Ω", "epsilon epsilon sigma omega"),
        (r"Schr\"odinger Schr\"{o}dinger Schrödinger Schrodinger", " ".join(["schrodinger"] * 4)),
        (r"S\o ren {\L}ukasz Łukasz Erd\H{o}s", "soren lukasz lukasz erdo"),
        ("Strauß Æther Đặng İstanbul", "strauss aether dang istanbul"),
        ("the transformer's model’s O’Brien", "the transformer model o brien"),
        ("state-of-the-art max_length", "state of the art max length"),
        (r"$\mathcal{O}(n^2)$ O(n²) \emph{a}b $k$NN", "o n 2 o n 2 ab knn"),
        ("10^6 10⁶ H₂O H2O", "10 6 10 6 h 2 o h 2 o"),
        ("机器学习", "机 器 学 习"),
        ("とうが 한국어 ﾃｽﾄ", "と う が 한 국 어 テ ス ト"),
        ("ﬁne Ｗｉｄｅ №５ ½ 𝒪(𝑛)", "fine wide no 5 1 2 o n"),
        ("Москва ٣", "москва 3"),
        ("!!! - — …", ""),
        ("", ""),
    ],
)
def test_the_one_tokeniser_reads(text: str, expected: str) -> None:
    assert " ".join(tokens(clean(text))) == expected


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        *[("models", "model"), ("studies", "study"), ("batches", "batch"), ("boxes", "box"), ("classes", "class")],
        *[("processes", "process"), ("losses", "loss"), ("cases", "case"), ("databases", "database")],
        *[("analyses", "analysis"), ("hypotheses", "hypothesis"), ("matrices", "matrix"), ("biases", "bias")],
        *[
            ("caches", "cache"),
            ("queries", "query"),
            ("movies", "movie"),
            ("gpus", "gpu"),
            ("lms", "lm"),
            ("ties", "tie"),
        ],
        *[("meshes", "mesh"), ("indices", "index"), ("ideas", "idea"), ("photos", "photo"), ("topics", "topic")],
    ],
)
def test_a_plural_is_read_as_its_singular(plural: str, one: str) -> None:
    assert singular(plural) == one
    assert singular(one) == one


@pytest.mark.parametrize(
    "word",
    [
        *("class", "process", "bias", "this", "news", "series", "species", "corpus", "analysis", "less", "loss", "gas"),
        *("its", "tts", "lens", "physics", "robotics", "dynamics", "logistics", "semantics", "continuous", "atlas"),
        *("agentic", "transformation"),
    ],
)
def test_a_word_that_only_looks_like_a_plural_stays(word: str) -> None:
    assert singular(word) == word


def test_words_that_a_full_stemmer_would_mix_up_stay_apart() -> None:
    pairs = ["agent agentic", "transformer transformation", "mean meaning", "optimal optimization", "new news"]
    assert all(len(set(tokens(pair))) == 2 for pair in pairs)


def test_names_keep_their_last_letter() -> None:
    assert name_tokens("Paul Erdős") == ("paul", "erdos")
    assert name_tokens(r"Andr\'as L. Rényi-Gauss") == ("andras", "l", "renyi", "gauss")


def test_every_character_is_read_the_same_way_twice() -> None:
    unstable = []
    for code in range(sys.maxunicode + 1):
        found = name_tokens(chr(code))
        if found and name_tokens(" ".join(found)) != found:
            unstable.append(hex(code))
    assert unstable == []


@given(st.text())
def test_tokens_joined_by_spaces_are_the_same_tokens(text: str) -> None:
    found = tokens(clean(text))
    assert tokens(" ".join(found)) == found


@given(st.text(alphabet=st.sampled_from("abs eixzchyuo"), max_size=12))
def test_a_singular_is_its_own_singular(word: str) -> None:
    assert singular(singular(word)) == singular(word)


_TEXTS = st.one_of(st.text(), st.text(alphabet=st.sampled_from("aB1 -'s$\\{}\"_^éß²αル学c+#")))


@given(_TEXTS)
def test_located_tokens_are_the_tokens_in_order_inside_the_text(text: str) -> None:
    text = clean(text)
    located = located_tokens(text)
    assert tuple(token.token for token in located) == tokens(text)
    assert tuple(token.token for token in located_name_tokens(text)) == name_tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in located)
    assert all(a.start <= b.start for a, b in pairwise(located))


def test_a_located_token_points_at_what_a_reader_sees() -> None:
    text = r"The Schr\"odinger-models, naïve ½"
    assert [text[token.start : token.end] for token in located_tokens(text)] == [
        *("The", r"Schr\"odinger", "models", "naïve", "½", "½"),
    ]


@given(_TEXTS)
def test_clean_text_is_already_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("cleaned", [clean, shown])
@pytest.mark.parametrize(
    "marks", ["\u0316\u0300", "\u0f73", "\u0300\u200b\u0316\u200b"], ids=["two in turn", "one for two", "apart"]
)
def test_a_letter_has_no_more_marks_than_a_script_needs(cleaned: Callable[[str], str], marks: str) -> None:
    # More would be sorted in a time that grows with their square: a title of them, without an end, never is.
    few = cleaned("q" + marks * 100 + " e\u0301 😀")
    assert few.startswith("q")
    assert few.endswith(" é 😀")
    assert len(few) <= len("q é 😀") + MOST_MARKS
    assert cleaned(few) == few


def test_what_is_no_mark_may_stand_side_by_side_as_often_as_it_likes() -> None:
    for text in ("😀" * 100, "—" * 100, "각" * 100, "e\u0303\u0323" * 100):
        assert clean(text) == shown(text) == unicodedata.normalize("NFC", text)


def test_clean_drops_what_can_harm_a_reader_or_a_database() -> None:
    assert clean(" a\x00b \n\t c\u202e\u200bd \ud800e\u00a0f e\u0301 ") == "ab cd e f é"


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"$\mathcal{O}(n^2)$ time", "O(n²) time"),
        (r"$x_{10}^{-3}$ and $k$-means", "x₁₀⁻³ and k-means"),
        (r"Schr\"odinger, Erd\H{o}s, S\o ren, {\L}ukasz", "Schrödinger, Erdős, Søren, Łukasz"),
        (r"\textbf{Bold} {\em and} \underline{\textbf{M}}ore \mbox{boxed}", "Bold and More boxed"),
        (r"We propose \ours, a method", "We propose ours, a method"),
        (r"100\% of $50\%$ and 7% of it", "100% of 50% and 7% of it"),
        ("$5 and $6, or $5/$6 at 50% (a & b) #1 ~100 {0, 1}", "$5 and $6, or $5/$6 at 50% (a & b) #1 ~100 {0, 1}"),
        ("{CNN}s and {BERT}", "CNNs and BERT"),
        (r"810~km \cite{a,b} at \url{http://h/~x}", "810 km at http://h/~x"),
        (r"\href{http://h}{here} it is", "here it is"),
        (r"broken \frac{ and $\sqrt{x$ stay", None),
        ("{" * 3000, "{" * 3000),
    ],
)
def test_tex_becomes_plain_unicode(tex: str, expected: str | None) -> None:
    found = unicode_of(tex)
    assert found == expected if expected is not None else "stay" in found


@given(st.text(alphabet=st.sampled_from("ab 1${}\\^_%&~\"'()frac")))
def test_no_text_breaks_the_tex_reader(text: str) -> None:
    assert clean(unicode_of(text)) == unicode_of(text)


@given(st.text(alphabet=st.characters(exclude_characters="\\${~", exclude_categories=["Cs"])))
def test_text_without_tex_is_left_alone(text: str) -> None:
    assert unicode_of(text) == clean(text)


def test_pathological_braces_are_read_in_no_time() -> None:
    hostile = "\\a" + "{" * 20_000 + "$" * 20_001 + "}" * 3
    assert unicode_of(hostile)
