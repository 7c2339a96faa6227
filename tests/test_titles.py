"""Before a snapshot is served, each article must be found by its own title."""

from __future__ import annotations

from pathlib import Path

from conftest import publish_folder, write_site

from indexer.models import open_encoder
from search.engine import Engine
from search.titles import check_titles


def test_every_article_of_the_shop_is_found_by_its_title(engine: Engine) -> None:
    assert check_titles(engine.snapshot, None, lambda: None) == []


def test_meaning_and_words_find_them_too(engine: Engine, shop: Path) -> None:
    recipe = engine.snapshot.manifest.recipe
    assert recipe
    done: list[None] = []
    encoder = open_encoder(recipe, shop / "models")
    assert check_titles(engine.snapshot, encoder, lambda: done.append(None)) == []
    assert len(done) == len(engine.snapshot.articles)


def test_an_article_hidden_by_its_namesakes_needs_no_note(data: Path, tmp_path: Path) -> None:
    same = {f"{number}.md": "# Invoices\n\nAll about invoices." for number in range(12)}
    publish_folder(write_site(tmp_path / "same", same), data)
    assert check_titles(Engine.open(data).snapshot, None, lambda: None) == []


def test_an_article_that_its_title_does_not_find_is_noted(data: Path, tmp_path: Path) -> None:
    crowd = {f"{n}.md": f"# Part {n} of the manual\n\n" + "manual " * 30 for n in range(12)}
    hidden = {"hidden.md": "---\ntitle: manual manual\n---\n\nSomething else altogether."}
    publish_folder(write_site(tmp_path / "crowd", crowd | hidden), data)
    notes = check_titles(Engine.open(data).snapshot, None, lambda: None)
    assert [note.path for note in notes] == ["hidden.md"]
    assert "'manual manual'" in notes[0].what
