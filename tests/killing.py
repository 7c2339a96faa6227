"""A publisher that dies: at a chosen moment of its work with the disk, or after a chosen time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from indexer.pointer import list_snapshots, open_current, read_pointer

ROOT = Path(__file__).parents[1]
PUBLISH = "from kb.cli import main; main()"
DYING = f"""
import os, signal, sys
data, moment, count = sys.argv.pop(1), int(sys.argv.pop(1)), 0
def die(event, args):
    global count
    if event in EVENTS and any(str(one).startswith(data) for one in args):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)
EVENTS = {{"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.utime"}}
sys.addaudithook(die)
try:
    {PUBLISH}
finally:
    print(count, file=sys.stderr)
"""
"""The command line, killed by itself just before its n-th touch of the data folder."""


def start(program: str, data: Path, *arguments: str) -> subprocess.Popen[str]:
    """The publisher in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**os.environ, "KB_DATA": str(data), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def publish_until(folder: Path, data: Path, moment: int) -> tuple[int, int]:
    """Publish and die at a moment; exit code and, of a publisher that lived, moments counted."""
    with start(DYING, data, str(data), str(moment), "publish", str(folder)) as publisher:
        _, said = publisher.communicate()
    counted = said.split()[-1] if publisher.returncode == 0 else "0"
    return publisher.returncode, int(counted)


def assert_whole(data: Path, slug: str, allowed: set[str]) -> str:
    """What is served is whole, is what CURRENT names, and says one of these texts: which one."""
    snapshot = open_current(data)
    assert snapshot.id == read_pointer(data)
    assert all(listed.damage is None for listed in list_snapshots(data))
    row = snapshot.find("en", slug)
    assert row is not None
    html = snapshot.page(row).html
    (said,) = [text for text in allowed if text in html]
    first = int(snapshot.first_passages[row])
    assert said in snapshot.passage(first).text
    assert len(snapshot.passage_vectors) == snapshot.passage_count
    return said
