"""The long figures at full size: `make soak`. Small versions run in the tests of each module."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np
import pytest
from accounting import publish_unedited
from conftest import publish_folder, write_site
from killing import PUBLISH, assert_whole, publish_until, start
from test_vectors import recall, unit_vectors

from indexer.pointer import SNAPSHOTS, snapshot_ids
from indexer.vectors import MOST_EXACT, VectorIndex

pytestmark = pytest.mark.soak

MOMENTS = 50
SETS = (
    "corpora/arduino-help-center",
    "corpora/logingov-help-en",
    "corpora/logingov-help-es",
    "corpora/logingov-help-fr",
    "corpora/logingov-help-zh",
    "corpora/zulip-help",
    "eval/aws-docs",
    "eval/firefox",
    "eval/hint3-curekart",
    "eval/hint3-powerplay11",
    "eval/hint3-sofmattress",
    "eval/stackfaq",
)


def site(round_: int) -> dict[str, str]:
    """Enough articles for a build to have many moments; all of them change each round."""
    return {"first.md": f"# First\n\nround {round_}.\n"} | {
        f"a{n}.md": f"# Article {n}\n\nround {round_}.\n\n## More\n\nText {n} {round_}.\n"
        for n in range(60)
    }


@pytest.mark.parametrize("name", SETS)
def test_every_real_help_centre_is_published_unedited(
    name: str, data: Path, shared_data: Path
) -> None:
    report = publish_unedited(shared_data / name / "articles", data)
    assert report.keyword_only is None


def test_an_edit_of_a_large_help_centre_encodes_only_what_changed(
    data: Path, shared_data: Path, tmp_path: Path
) -> None:
    originals = sorted((shared_data / "eval/aws-docs/articles").rglob("*.md"))
    texts = {path.name: path.read_text(encoding="utf-8") for path in originals}
    folder = write_site(tmp_path / "articles", texts)
    first = publish_folder(folder, data)
    edited = folder / originals[100].name
    edited.write_text(edited.read_text() + "\n\n## Added\n\nOne sentence more.\n")
    second = publish_folder(folder, data)
    assert first.encoded > 20_000
    assert 1 <= second.encoded <= 3


def test_a_publisher_killed_at_any_time_leaves_the_old_or_the_new(
    data: Path, tmp_path: Path
) -> None:
    folder = write_site(tmp_path / "articles", site(0))
    publish_folder(folder, data)
    current, allowed = "round 0.", {"round 0."}
    started = time.monotonic()
    write_site(folder, site(1))
    with start(PUBLISH, data, "publish", str(folder)) as publisher:
        assert publisher.wait() == 0
    whole = time.monotonic() - started
    current = assert_whole(data, "first", {"round 1."})
    killed = 0
    for moment in range(MOMENTS):
        write_site(folder, site(2 + moment))
        allowed = {current, f"round {2 + moment}."}
        with start(PUBLISH, data, "publish", str(folder)) as publisher:
            lived = whole * (moment + 0.5) / MOMENTS
            time.sleep(lived)
            publisher.send_signal(signal.SIGKILL)
            if publisher.wait():
                killed += 1
            else:
                whole = lived  # it was quicker than the one that was timed
        current = assert_whole(data, "first", allowed)
    assert killed > MOMENTS / 2
    write_site(folder, site(99))
    publish_folder(folder, data)
    assert_whole(data, "first", {"round 99."})
    assert not list((data / SNAPSHOTS).glob("*.partial"))
    assert len(snapshot_ids(data)) <= 6


def test_a_publisher_killed_at_any_touch_of_the_disk_leaves_the_old_or_the_new(
    data: Path, tmp_path: Path
) -> None:
    folder = write_site(tmp_path / "articles", site(0))
    publish_folder(folder, data)
    write_site(folder, site(1))
    code, moments = publish_until(folder, data, moment=-1)
    assert code == 0
    current = "round 1."
    for turn in range(MOMENTS):
        write_site(folder, site(2 + turn))
        code, _ = publish_until(folder, data, 1 + turn * (moments - 1) // MOMENTS)
        assert code == -signal.SIGKILL
        current = assert_whole(data, "first", {current, f"round {2 + turn}."})
    write_site(folder, site(99))
    publish_folder(folder, data)
    assert_whole(data, "first", {"round 99."})


def test_above_a_hundred_thousand_rows_a_graph_finds_nearly_all() -> None:
    stored = unit_vectors(MOST_EXACT + 1, 32)
    index = VectorIndex.build(stored)
    assert hasattr(index._index, "hnsw")
    assert recall(index, stored, unit_vectors(100, 32)) >= 0.95
    assert np.argmax(stored @ stored[7]) == index.nearest(stored[7], 1)[0][0]
