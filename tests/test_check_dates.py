"""Reviews that are overdue."""

from __future__ import annotations

from pathlib import Path

from checking import centre, said

from indexer.checks.dates import check_reviews


def test_a_review_that_is_past_is_found_and_one_that_is_not_is_left_alone(tmp_path: Path) -> None:
    files = {
        "a.md": "---\ntitle: A\nowner: Ana\nreview_by: 2026-11-20\n---\n",
        "b.md": "---\ntitle: B\nreview_by: 2026-11-21\n---\n",
        "c.md": "---\ntitle: C\nreview_by: 2026-11-22\n---\n",
        "d.md": "# D\n",
    }
    assert said(list(check_reviews(centre(tmp_path, files)))) == [
        "review-overdue a.md:4: to be reviewed by Ana until 2026-11-20, 2 days ago "
        "(read it, mend what is out of date, and set a new `review_by`)",
        "review-overdue b.md:3: to be reviewed until 2026-11-21, 1 day ago "
        "(read it, mend what is out of date, and set a new `review_by`)",
    ]
