"""Real help centres publish unedited; the small ones here, all of them in test_soak.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from accounting import publish_unedited


def test_a_real_set_of_articles_is_published_whole(data: Path, shared_data: Path) -> None:
    report = publish_unedited(shared_data / "eval/hint3-sofmattress/articles", data)
    assert (report.articles, report.left_out, report.keyword_only) == (21, (), None)


@pytest.mark.parametrize(
    ("name", "articles", "left_out"),
    [("logingov-help-zh", 55, 0), ("zulip-help", None, None)],
)
def test_a_real_help_centre_is_published_unedited(
    name: str, articles: int | None, left_out: int | None, data: Path, shared_data: Path
) -> None:
    """Without embeddings, which are not what is in question here and take a minute."""
    folder = shared_data / "corpora" / name / "articles"
    report = publish_unedited(folder, data, model="/no/such/model")
    if articles is not None:
        assert (report.articles, len(report.left_out)) == (articles, left_out)
    assert report.articles > len(report.left_out)
