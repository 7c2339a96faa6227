"""Snapshots: everything comes back as it was published, and nothing is read that was changed."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import publish_folder, write_site
from remaking import made_otherwise

from indexer.manifest import MANIFEST, file_hashes
from indexer.pointer import CURRENT, open_current, read_pointer, snapshot_ids
from indexer.snapshot import Snapshot
from kb.config import Site
from kb.errors import DamagedSnapshotError
from kb.links import ROOT

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "f8cf000000030001a5f645400000000049454e44ae426082"
)


SITE = {
    "refunds.md": "---\ntitle: Refunds\nredirect_from: /old/refunds\npin: money back\n---\n\n"
    "See [shipping](shipping.md) and ![a dot](dot%20one.png).\n\n"
    "## When {#when}\n\nWithin 14 days.\n\n[Settings](manifest.json)\n",
    "shipping.md": "# Shipping\n\nWe ship lamps *anywhere*.\n",
    "es/refunds.md": "# Reembolsos\n\nDevolvemos el dinero.\n",
    "manifest.json": "{}",
}
"""Three articles that use everything a snapshot holds."""


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A data folder with two snapshots of the site; copied, never changed."""
    folder = tmp_path_factory.mktemp("master")
    write_site(folder / "articles", SITE)
    (folder / "articles" / "dot one.png").write_bytes(PIXEL)
    (folder / "data").mkdir()
    (folder / "data" / "models").symlink_to(models)
    publish_folder(folder / "articles", folder / "data")
    (folder / "articles" / "shipping.md").write_text("# Shipping and delivery\n\nNew.\n")
    publish_folder(folder / "articles", folder / "data")
    return folder / "data"


@pytest.fixture
def copied(master: Path, tmp_path: Path) -> Path:
    """A copy, in another place, of a data folder with two snapshots."""
    folder = tmp_path / "moved" / "data"
    shutil.copytree(master, folder, symlinks=True)
    return folder


@pytest.fixture
def snapshot(master: Path) -> Snapshot:
    return open_current(master)


def test_articles_come_back_as_they_were_parsed(snapshot: Snapshot) -> None:
    assert [article.key for article in snapshot.articles] == [
        ("es", "refunds"),
        ("en", "refunds"),
        ("en", "shipping"),
    ]
    assert snapshot.articles[1].pin == ("money back",)
    assert snapshot.manifest.languages == ("en", "es")
    counts = snapshot.manifest.counts
    assert (counts.articles, counts.passages, counts.assets) == (3, snapshot.passage_count, 2)


def test_an_article_is_found_by_its_key_and_has_an_address(snapshot: Snapshot) -> None:
    assert snapshot.find("en", "refunds") == 1
    assert snapshot.find("en", "Refunds") is None
    assert snapshot.url(1) == "/articles/refunds"
    assert snapshot.url(0) == "/es/articles/refunds"
    assert snapshot.translations(0) == (1,)
    assert snapshot.translations(2) == ()


def test_pages_link_to_articles_and_served_files(snapshot: Snapshot) -> None:
    page = snapshot.page(1)
    assert f'href="{ROOT}/articles/shipping"' in page.html
    assert [heading.anchor for heading in page.headings] == ["when"]
    names = sorted(name for name in snapshot.manifest.files if name.startswith("assets/"))
    assert sorted(name.rpartition("/")[2] for name in names) == ["dot one.png", "manifest.json"]
    image = next(name.removeprefix("assets/") for name in names if name.endswith("dot one.png"))
    path = snapshot.asset(image)
    assert path is not None
    assert path.read_bytes() == PIXEL
    assert f'src="{ROOT}/assets/{image.replace(" ", "%20")}"' in page.html


def test_an_attachment_may_be_called_as_our_own_manifest(snapshot: Snapshot) -> None:
    (name,) = (one for one in snapshot.manifest.files if one.endswith("/manifest.json"))
    assert snapshot.asset(name.removeprefix("assets/")) is not None
    assert f"{ROOT}/{name}" in snapshot.page(1).html


def test_only_files_of_the_manifest_are_assets(snapshot: Snapshot) -> None:
    for name in ("", "../articles.json", "x/../../articles.json", "nothing.png"):
        assert snapshot.asset(name) is None


def test_old_addresses_lead_on(snapshot: Snapshot) -> None:
    assert snapshot.redirect("/old/refunds/") == "/articles/refunds"
    assert snapshot.redirect("/unknown") is None


def test_an_article_is_found_by_its_name_in_any_language(snapshot: Snapshot) -> None:
    for row, article in enumerate(snapshot.articles):
        assert snapshot.named(article.name("en")) == row
    assert [snapshot.named(name) for name in ("refunds", "es:refunds", "en:refunds")] == [1, 0, 1]


def test_an_article_is_found_by_the_name_it_had(snapshot: Snapshot) -> None:
    assert snapshot.named("old/refunds") == 1
    for name in ("", ":", "nothing", "es:shipping", "es:old/refunds", "fr:refunds", "de:", "/"):
        assert snapshot.named(name) is None


def test_an_address_that_leads_elsewhere_names_no_article(tmp_path: Path, models: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    moved = {
        "es/pagos.md": "---\ntitle: Pagos\n"
        "redirect_from: [/es/articles/cobros, /es/caja]\n---\n\nA.\n",
        "paying.md": "---\ntitle: Paying\nredirect_from: /articles/money\n---\n\nB.\n",
    }
    publish_folder(write_site(tmp_path / "articles", moved), data, Site(languages=("es",)))
    snapshot = open_current(data)
    found = [snapshot.named(name) for name in ("es:cobros", "es:caja", "money")]
    assert [snapshot.articles[row].slug for row in found if row is not None] == [
        "pagos",
        "pagos",
        "paying",
    ]
    assert snapshot.named("cobros") is None


def test_a_snapshot_knows_the_folder_it_came_from(snapshot: Snapshot, master: Path) -> None:
    assert snapshot.manifest.source == str(master.parent / "articles")


def test_passages_vectors_and_documents_share_their_rows(snapshot: Snapshot) -> None:
    first = [*snapshot.first_passages.tolist(), snapshot.passage_count]
    assert len(snapshot.passage_vectors) == snapshot.keyword.postings.passages == first[-1]
    assert len(snapshot.title_vectors) == len(snapshot.articles)
    for row in range(snapshot.passage_count):
        article = snapshot.passage(row).article
        assert first[article] <= row < first[article + 1]
    (when,) = (row for row in range(first[-1]) if "when" in snapshot.passage(row).anchor)
    assert when in snapshot.keyword.passages_with_phrase(["14", "day"])


def test_related_articles_are_of_the_same_language_and_never_the_article_itself(
    snapshot: Snapshot,
) -> None:
    assert snapshot.related(1) == (2,)
    assert snapshot.related(2) == (1,)
    assert snapshot.related(0) == ()


def test_a_data_folder_may_be_moved_as_a_whole(copied: Path, master: Path) -> None:
    moved = copied.with_name("elsewhere")
    copied.rename(moved)
    snapshot = open_current(moved)
    assert snapshot.id == read_pointer(master)
    assert snapshot.page(1) == open_current(master).page(1)
    assert snapshot.manifest.recipe is not None
    query = np.ones(snapshot.manifest.recipe.dimensions, dtype=np.float32)
    assert len(snapshot.passage_vectors.nearest(query, 1)[0]) == 1


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def flip(path: Path, place: float) -> None:
    """Change one bit of one byte."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_one_flipped_byte_in_any_file_is_refused_by_name_and_the_previous_is_served(
    place: float, copied: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newest, older = snapshot_ids(copied)
    files = [path for path in files_of(copied / "snapshots" / newest) if path.stat().st_size]
    assert len(files) > 15
    assert {"manifest.json", "vectors.faiss", "articles.json"} < {path.name for path in files}
    for path in files:
        before = path.read_bytes()
        flip(path, place)
        caplog.clear()
        assert open_current(copied).id == older
        assert f"{path}: is not" in caplog.text
        assert f"serving the older snapshot {older} instead" in caplog.text
        path.write_bytes(before)
    assert open_current(copied).id == newest


def test_a_file_that_is_missing_cut_or_added_is_refused_by_name(copied: Path) -> None:
    newest = copied / "snapshots" / snapshot_ids(copied)[0]
    for path in list(files_of(newest)):
        before = path.read_bytes()
        path.unlink()
        with pytest.raises(DamagedSnapshotError, match=f"{path.name}: cannot be read: No such"):
            Snapshot.open(newest)
        path.write_bytes(before[:-1])
        if before:
            with pytest.raises(DamagedSnapshotError, match=f"{path.name}: is not"):
                Snapshot.open(newest)
        path.write_bytes(before)
    (newest / "keyword" / "whoosh" / "_MAIN_2.toc").write_bytes(b"x")
    with pytest.raises(DamagedSnapshotError, match=r"_MAIN_2\.toc: is not in the manifest"):
        Snapshot.open(newest)


@pytest.mark.parametrize("place", [0.0, 0.1, 0.22, 0.3, 0.6, 0.99, 1.0])
def test_a_flipped_byte_in_the_pointer_never_leaves_the_site_empty(
    place: float, copied: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flip(copied / CURRENT, place)
    assert open_current(copied).id in snapshot_ids(copied)
    assert CURRENT in caplog.text or MANIFEST in caplog.text


class Evil:
    """Unpickled, it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.mark,))


def test_nothing_is_unpickled_before_it_is_verified(copied: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    payload = pickle.dumps(Evil(mark))
    for snapshot_id in snapshot_ids(copied):
        for path in files_of(copied / "snapshots" / snapshot_id):
            if path.name != MANIFEST:
                path.write_bytes(payload)
    with pytest.raises(DamagedSnapshotError):
        open_current(copied)
    assert not mark.exists()
    pickle.loads(payload)
    assert mark.exists()


def use_all(data: Path) -> None:
    """Open the active snapshot, and read each of its parts."""
    snapshot = open_current(data)
    assert snapshot.passage_vectors
    assert snapshot.title_vectors
    assert snapshot.keyword.places
    snapshot.keyword.passages_with_phrase(["14", "day"])
    for row in range(len(snapshot.articles)):
        snapshot.page(row)
        snapshot.past(row)
        snapshot.related(row)
        snapshot.redirect("/old")
        snapshot.gone("/old")
    assert snapshot.texts is not None


NOT_NEEDED = {"gone.json", "pasts.json", "texts.json", "notices.json"}
"""What snapshots of older releases lack."""


def needed(data: Path) -> list[str]:
    """The files without which the only snapshot is no use; attachments are served as they are."""
    (snapshot_id,) = snapshot_ids(data)
    names = file_hashes(data / "snapshots" / snapshot_id)
    return [name for name in names if name not in NOT_NEEDED and not name.startswith("assets/")]


@pytest.fixture
def alone(copied: Path) -> Path:
    """A data folder with one snapshot."""
    shutil.rmtree(copied / "snapshots" / snapshot_ids(copied)[1])
    return copied


def test_a_snapshot_of_another_release_that_lacks_a_file_is_refused_by_name(alone: Path) -> None:
    for name in needed(alone):
        path = alone / "snapshots" / snapshot_ids(alone)[0] / name
        before = path.read_bytes()
        path.unlink()
        made_otherwise(alone / "snapshots" / snapshot_ids(alone)[0])
        with pytest.raises(DamagedSnapshotError) as caught:
            use_all(alone)
        now = alone / "snapshots" / snapshot_ids(alone)[0]
        named = "keyword/whoosh" if name.endswith(".toc") else name  # without it, nothing is there
        assert str(caught.value).startswith(f"{now / named}: ")
        assert str(caught.value).endswith("(run `kb publish`, or `kb rollback`)")
        (now / name).write_bytes(before)
        made_otherwise(now)
    use_all(alone)


def test_a_snapshot_of_an_older_release_is_read_without_what_came_later(alone: Path) -> None:
    snapshot = alone / "snapshots" / snapshot_ids(alone)[0]
    for name in NOT_NEEDED:
        (snapshot / name).unlink()
    made_otherwise(snapshot)
    use_all(alone)


@pytest.mark.parametrize("name", ["articles.json", "redirects.json", "notices.json", "gone.json"])
def test_a_file_that_another_release_wrote_otherwise_is_refused_by_name(
    name: str, alone: Path
) -> None:
    snapshot = alone / "snapshots" / snapshot_ids(alone)[0]
    (snapshot / name).write_text('[{"is": "otherwise"}]')
    made_otherwise(snapshot)
    with pytest.raises(DamagedSnapshotError, match=rf"{name}: cannot be read: another release"):
        use_all(alone)


def test_a_file_that_goes_while_its_snapshot_is_open_is_named(alone: Path) -> None:
    snapshot = open_current(alone)
    shutil.rmtree(snapshot.folder)
    for read, name in (
        (lambda: snapshot.passage_vectors, "vectors.faiss"),
        (lambda: snapshot.related(0), "related.npy"),
        (lambda: snapshot.redirect("/old"), "redirects.json"),
        (lambda: snapshot.keyword.places, "place_ends.npy"),
        (lambda: snapshot.keyword.whoosh, "whoosh"),
    ):
        with pytest.raises(DamagedSnapshotError, match=rf"{name}: cannot be read: No such file"):
            read()
