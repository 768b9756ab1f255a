"""What people call a paper, and what is no name of one."""

import pytest

from bot.model.naming import paper_named


@pytest.mark.parametrize(
    "text",
    [
        "2310.06825",
        "2310.06825v3",
        " arXiv:2310.06825v1 ",
        "https://arxiv.org/abs/2310.06825v2",
        "http://www.arxiv.org/pdf/2310.06825.pdf",
        "https://export.arxiv.org/html/2310.06825?a=b#S1",
        "arxiv.org/abs/2310.06825",
        "https://huggingface.co/papers/2310.06825",
        "huggingface.co/papers/2310.06825",
        "https://www.alphaxiv.org/abs/2310.06825",
        "<https://arxiv.org/abs/2310.06825>",
        "10.48550/arXiv.2310.06825",
        "https://doi.org/10.48550/arXiv.2310.06825",
    ],
)
def test_every_name_of_an_arxiv_paper_is_its_id_without_version(text: str) -> None:
    assert str(paper_named(text)) == "arxiv:2310.06825"


@pytest.mark.parametrize("text", ["math.GT/0309136v1", "math/0309136", "https://arxiv.org/abs/math/0309136"])
def test_old_ids_keep_their_archive_and_lose_its_subject(text: str) -> None:
    assert str(paper_named(text)) == "arxiv:math/0309136"


@pytest.mark.parametrize("text", ["10.1000/AbC.1", "doi:10.1000/abc.1", "https://dx.doi.org/10.1000/abc.1"])
def test_a_doi_is_read_in_lower_case(text: str) -> None:
    assert str(paper_named(text)) == "doi:10.1000/abc.1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "teapots",
        "2313.06825",
        "2310.068",
        "https://evil.example/abs/2310.06825",
        "https://arxiv.org.evil.example/abs/2310.06825",
        "https://evil.example/https://arxiv.org/abs/2310.06825",
        "https://huggingface.co/datasets/2310.06825",
        "https://arxiv.org/list/2310.06825",
        "ftp://arxiv.org/abs/2310.06825",
        "https://[broken",
        "10.1000/",
        "2310.06825 OR 1=1",
    ],
)
def test_what_is_no_name_of_a_paper_is_none(text: str) -> None:
    assert paper_named(text) is None
