"""A real help centre, published unedited: every file an article, or named with its reason."""

from __future__ import annotations

from pathlib import Path

from conftest import Silence

from indexer.pointer import open_current
from indexer.publish import Report, publish
from indexer.source import read_folder
from kb.config import Config
from search.engine import Engine
from search.results import SearchRequest
from search.titles import check_titles


def publish_unedited(folder: Path, data: Path, model: str = "") -> Report:
    """Publish a folder as ``kb publish`` does, and hold its report against its files."""
    config = Config(data=data, articles=folder, model=model)
    content = read_folder(folder, config.site, config.limits)
    report = publish(content, config, check_titles, Silence())
    _account_for(folder, data, report)
    _search(data)
    return report


def _account_for(folder: Path, data: Path, report: Report) -> None:
    snapshot = open_current(data)
    assert snapshot.id == report.snapshot
    published = {article.path for article in snapshot.articles}
    left_out = {one.path: one.reason for one in report.left_out}
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    assert published | set(left_out) == files
    assert not published & set(left_out)
    assert all(left_out.values())
    for note in report.notes:
        lines = (folder / note.path).read_text(encoding="utf-8").splitlines()
        assert 1 <= note.line <= len(lines) + 1, note
        assert note.remedy, note
    for row in range(len(snapshot.articles)):
        page = snapshot.page(row)
        assert "<script" not in page.html
        assert "kb:" not in page.html.replace("kb-root:", "")
    assert report.passages >= report.articles == len(published)


def _search(data: Path) -> None:
    """An article that has its title for itself is found by it."""
    engine = Engine.open(data)
    for article in engine.snapshot.articles[:5]:
        request = SearchRequest(text=article.title, lang=article.lang)
        titles = [hit.article.title for hit in engine.search(request).hits]
        assert article.title in titles
