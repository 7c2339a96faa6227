"""What became of the old content's articles: by address, by file, by text."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import publish_folder, write_site

from indexer.pointer import open_current
from search.renamed import Fates

OLD = {"a.md": "# A\n\nfirst\n", "b.md": "# B\n\nsecond\n", "c.md": "# C\n\nthird\n"}


def fates(folder: Path, models: Path, new: dict[str, str]) -> Fates:
    """The old articles and these."""
    sides = []
    for name, files in (("old", OLD), ("new", new)):
        data = folder / f"data-{name}"
        data.mkdir()
        (data / "models").symlink_to(models)
        publish_folder(write_site(folder / name, files), data)
        sides.append(open_current(data))
    return Fates(*sides)


@pytest.mark.parametrize(
    ("new", "now"),
    [
        ({"a.md": "# Other\n\nother\n"}, "a"),
        ({"d.md": "---\ntitle: D\nredirect_from: /articles/a\n---\n"}, "d"),
        ({"d.md": OLD["a.md"]}, "d"),
        ({"a.md": "---\ntitle: A\nslug: new/place\n---\n"}, "new/place"),
        ({"d.md": "# Other\n\nother\n"}, None),
        ({"d.md": OLD["a.md"], "e.md": OLD["a.md"]}, None),
    ],
)
def test_an_article_is_known_by_address_file_or_text(
    new: dict[str, str], now: str | None, tmp_path: Path, models: Path
) -> None:
    rest = {path: text for path, text in OLD.items() if path != "a.md"}
    found = fates(tmp_path, models, rest | new)
    assert found.names.get("a") == now
    assert found.known("a") == (now or "a")
    assert found.names["b"] == "b"
    assert found.same_site


def test_an_address_is_gone_where_nothing_leads_on_from_it(tmp_path: Path, models: Path) -> None:
    found = fates(tmp_path, models, {"b.md": OLD["b.md"], "moved.md": OLD["a.md"]})
    assert [(article.slug, now) for article, now in found.gone()] == [("a", "moved"), ("c", None)]


def test_other_articles_are_another_site(tmp_path: Path, models: Path) -> None:
    found = fates(tmp_path, models, {"x.md": "# X\n\nx\n", "b.md": OLD["b.md"]})
    assert not found.same_site
