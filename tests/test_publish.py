"""Publishing: only what changed is done again, and whatever fails, what is served stays whole."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import Silence, publish_folder, write_site
from killing import PUBLISH, ROOT, assert_whole, publish_until

from indexer.build import Build, write_snapshot
from indexer.encoder import Encoder
from indexer.lock import publishing
from indexer.pointer import SNAPSHOTS, open_current, read_pointer, snapshot_ids
from indexer.publish import publish
from indexer.snapshot import HIDDEN, Snapshot
from indexer.source import read_folder
from kb.config import Config
from kb.errors import BusyError, ContentError, Finding
from search.engine import Engine
from search.results import SearchRequest

SITE = {
    "refunds.md": "# Refunds\n\nround 0\n\n## When\n\nWithin 14 days.\n\n## How\n\nBy card.\n",
    "shipping.md": "# Shipping\n\nWe ship lamps anywhere.\n",
    "hidden.md": "---\nvisibility: internal\n---\n# Zanzibar procedure\n\nxylographer\n",
    "draft.md": "---\ndraft: true\n---\n# Zanzibar draft\n\nxylographer\n",
    "logo.png": "not linked to",
}
STABLE = ("articles.json", "pages", "passages", "vectors.faiss", "titles.faiss", "related.npy")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_site(tmp_path / "articles", SITE)


def edit(folder: Path, round_: int) -> str:
    """Change one passage of one article; what it says now."""
    text = f"round {round_}"
    (folder / "refunds.md").write_text(SITE["refunds.md"].replace("round 0", text))
    return text


def test_a_report_says_what_was_done(folder: Path, data: Path) -> None:
    report = publish_folder(folder, data)
    assert report.snapshot == read_pointer(data)
    assert (report.articles, report.passages, report.languages) == (2, 4, ("en",))
    assert report.encoded == 2 + 4 + 4, "two titles, four passages, and what is hidden"
    assert report.keyword_only is None
    assert {one.path: one.reason for one in report.left_out} == {
        "hidden.md": "internal",
        "draft.md": "a draft",
    }


def test_only_an_edited_articles_new_passages_are_encoded(folder: Path, data: Path) -> None:
    first = open_published(folder, data)
    assert publish_folder(folder, data).encoded == 0
    again = open_current(data)
    assert again.id != first.id
    for name in STABLE:
        assert again.manifest.files[name] == first.manifest.files[name], name
    edit(folder, 1)
    assert publish_folder(folder, data).encoded == 1
    (folder / "refunds.md").unlink()
    assert publish_folder(folder, data).encoded == 0


def open_published(folder: Path, data: Path) -> Snapshot:
    publish_folder(folder, data)
    return open_current(data)


def test_caches_that_were_lost_or_damaged_change_nothing_but_the_time(
    folder: Path, data: Path
) -> None:
    first = open_published(folder, data)
    for path in [one for one in (data / "cache").rglob("*") if one.is_file()]:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
    again = open_published(folder, data)
    for name in STABLE:
        assert again.manifest.files[name] == first.manifest.files[name], name


def test_vectors_stay_as_long_as_a_snapshot_that_is_kept_has_their_recipe(
    folder: Path, data: Path
) -> None:
    publish_folder(folder, data)
    (kept,) = (data / "cache").glob("vectors-*")
    other = kept.with_name("vectors-0123456789ab")
    other.write_bytes(b"of a model that no snapshot was made with")
    keyword_only = Config(data=data, model="/no/such/model", keep_snapshots=2)
    content = read_folder(folder, keyword_only.site, keyword_only.limits)
    for left in ([kept], []):
        publish(content, keyword_only, lambda *_: (), Silence())
        assert list((data / "cache").glob("vectors-*")) == left


def test_what_is_hidden_is_in_a_folder_of_its_own_and_nowhere_else(
    folder: Path, data: Path
) -> None:
    snapshot = open_published(folder, data)
    files = [path for path in snapshot.folder.rglob("*") if path.is_file()]
    holding = [path for path in files if re.search(b"(?i)zanzibar|xylograph", path.read_bytes())]
    assert holding
    assert {path.relative_to(snapshot.folder).parts[0] for path in holding} == {HIDDEN}
    assert "shipping" in snapshot.keyword.vocabulary
    assert "zanzibar" not in snapshot.keyword.vocabulary


def test_writers_find_what_is_hidden_among_the_rest(folder: Path, data: Path) -> None:
    public = open_published(folder, data)
    whole = public.with_hidden()
    assert whole.id == public.id
    assert {one.slug for one in whole.articles} == {"refunds", "shipping", "hidden", "draft"}
    engine = Engine.open(data, hidden=True)
    assert engine.search(SearchRequest("zanzibar procedure")).hits[0].article.slug == "hidden"
    assert engine.search(SearchRequest("ship lamps")).hits[0].article.slug == "shipping"


def test_a_hidden_article_under_a_public_ones_name_waits(folder: Path, data: Path) -> None:
    (folder / "next.md").write_text("---\nslug: refunds\ndraft: true\n---\n# Refunds, rewritten\n")
    whole = open_published(folder, data).with_hidden()
    (row,) = [row for row, one in enumerate(whole.articles) if one.slug == "refunds"]
    assert whole.articles[row].title == "Refunds"


def test_where_nothing_is_hidden_there_is_one_set_of_indexes(folder: Path, data: Path) -> None:
    for name in ("hidden.md", "draft.md"):
        (folder / name).unlink()
    snapshot = open_published(folder, data)
    assert not (snapshot.folder / HIDDEN).exists()
    assert snapshot.with_hidden() is snapshot
    assert snapshot.manifest.due is None


def test_the_manifest_says_when_the_next_article_is_due(folder: Path, data: Path) -> None:
    for name, front in {
        "later": "publish_at: 2999-02-01",
        "soon": "publish_at: 2999-01-01 09:00",
        "never": "publish_at: 2998-01-01\ndraft: true",
    }.items():
        (folder / f"{name}.md").write_text(f"---\n{front}\n---\n# {name}\n\nText.\n")
    due = open_published(folder, data).manifest.due
    assert due == dt.datetime(2999, 1, 1, 9, tzinfo=dt.UTC)


def test_without_its_model_a_site_is_published_for_keyword_search_and_says_so(
    folder: Path, data: Path
) -> None:
    config = Config(data=data, articles=folder, model="/no/such/model")
    content = read_folder(folder, config.site, config.limits)
    report = publish(content, config, lambda *_: (), Silence())
    assert report.keyword_only is not None
    assert "'/no/such/model' cannot be had" in report.keyword_only
    snapshot = open_current(data)
    assert snapshot.manifest.recipe is None
    assert snapshot.manifest.no_recipe_reason == report.keyword_only
    assert snapshot.related(0) == ()
    result = Engine.open(data).search(SearchRequest(text="ship lamps"))
    assert (result.mode, result.fallback) == ("keyword", report.keyword_only)
    assert result.hits[0].article.slug == "shipping"
    assert publish_folder(folder, data).keyword_only is None
    assert Engine.open(data).search(SearchRequest(text="ship lamps")).mode == "hybrid"


def test_a_folder_without_an_article_is_refused_and_changes_nothing(
    folder: Path, data: Path
) -> None:
    before = publish_folder(folder, data).snapshot
    for path in folder.glob("*.md"):
        path.write_text("")
    with pytest.raises(ContentError, match="no article to publish"):
        publish_folder(folder, data)
    assert read_pointer(data) == before
    assert snapshot_ids(data) == [before]


def test_where_all_is_left_out_a_refusal_says_why(folder: Path, data: Path) -> None:
    for path in folder.glob("*.md"):
        path.write_text("")
    for name in ("x", "y"):
        (folder / f"{name}.md").write_text("---\ndraft: true\n---\n# Not yet\n")
    with pytest.raises(ContentError) as caught:
        publish_folder(folder, data)
    said = str(caught.value).splitlines()
    assert said[0].endswith("no article to publish (let customers see one of these)")
    assert (
        said[1]
        == "x.md:1: left out: a draft, and 1 more (take what hides it out of its front matter)"
    )
    assert said[2].endswith("more (add `title:` or a first `# heading`)")
    assert len(said) == 3


def test_a_build_that_fails_changes_nothing_and_leaves_nothing(
    folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish_folder(folder, data).snapshot
    edit(folder, 1)

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("indexer.build.write_manifest", full)
        with pytest.raises(OSError, match="No space left"):
            publish_folder(folder, data)
    assert read_pointer(data) == before
    assert_whole(data, "refunds", {"round 0"})
    publish_folder(folder, data)
    assert_whole(data, "refunds", {"round 1"})
    assert not list((data / SNAPSHOTS).glob("*.partial"))


def test_a_snapshot_is_checked_before_it_is_served_and_what_is_found_is_noted(
    folder: Path, data: Path
) -> None:
    served: list[str | None] = []

    def check(
        snapshot: Snapshot, encoder: Encoder | None, on_done: Callable[[], None]
    ) -> Sequence[Finding]:
        served.append(read_pointer(data))
        on_done()
        assert encoder is not None
        return [Finding("refunds.md", 1, f"{len(snapshot.articles)} articles", "fine")]

    config = Config(data=data, articles=folder)
    report = publish(read_folder(folder, config.site, config.limits), config, check, Silence())
    assert served == [None]
    assert str(report.notes[-1]) == "refunds.md:1: 2 articles (fine)"


def test_a_snapshot_damaged_while_it_is_written_is_never_served(
    folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish_folder(folder, data).snapshot

    def damaged(build: Build, partial: Path) -> str:
        sha256 = write_snapshot(build, partial)
        (partial / "articles.json").write_text("[]")
        return sha256

    monkeypatch.setattr("indexer.publish.write_snapshot", damaged)
    with pytest.raises(Exception, match=r"articles\.json: is not what the manifest says"):
        publish_folder(folder, data)
    assert read_pointer(data) == before


def test_old_snapshots_are_kept_up_to_a_number(folder: Path, data: Path) -> None:
    config = Config(data=data, articles=folder, keep_snapshots=2)
    content = read_folder(folder, config.site, config.limits)
    ids = [publish(content, config, lambda *_: (), Silence()).snapshot for _ in range(3)]
    assert snapshot_ids(data) == [ids[2], ids[1]]


def test_a_second_publisher_is_told_who_holds_the_lock_and_exits_with_3(
    folder: Path, data: Path
) -> None:
    with publishing(data):
        with pytest.raises(BusyError, match=f"process {os.getpid()} on"):
            publish_folder(folder, data)
        ran = subprocess.run(
            [sys.executable, "-c", PUBLISH, "publish", str(folder)],
            cwd=ROOT,
            env={**os.environ, "KB_DATA": str(data)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 3
    assert f"process {os.getpid()} on" in ran.stderr
    assert read_pointer(data) is None


def test_a_publisher_that_is_killed_leaves_the_old_or_the_new(folder: Path, data: Path) -> None:
    """The small version of the test in test_soak.py: at moments of the work with the disk."""
    allowed = {edit(folder, 0)}
    publish_folder(folder, data)
    allowed.add(edit(folder, 1))
    code, moments = publish_until(folder, data, moment=-1)
    assert code == 0
    assert moments > 50
    current = assert_whole(data, "refunds", {"round 1"})
    for turn in range(5):
        new = edit(folder, 2 + turn)
        # The fewer moments remain, the later: the pointer moves among the last ones.
        moment = round(moments * (1 - 0.5 ** (turn + 1)))
        code, _ = publish_until(folder, data, moment)
        assert code == -signal.SIGKILL
        current = assert_whole(data, "refunds", {current, new})
    new = edit(folder, 9)
    assert publish_folder(folder, data).encoded <= 1 + 5
    assert assert_whole(data, "refunds", {new}) == new
    assert not list((data / SNAPSHOTS).glob("*.partial"))
