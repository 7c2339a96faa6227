"""Which snapshot is served: the pointer ``CURRENT``, moved atomically, and the ones before it."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from indexer.lock import publishing
from indexer.manifest import MANIFEST, Manifest, fsync, read_verified, sha256_of_file
from indexer.snapshot import Snapshot
from kb.data_folder import unusable
from kb.errors import DamagedSnapshotError, KBError, NoSnapshotError

CURRENT = "CURRENT"
SNAPSHOTS = "snapshots"
PARTIAL = ".partial"
POINTER = re.compile(r"^(?P<id>\d{8}-\d{6}-\d{3}-[0-9a-f]{12}) (?P<sha256>[0-9a-f]{64})\n$")
SNAPSHOT_ID = re.compile(r"^\d{8}-\d{6}-\d{3}-[0-9a-f]{12}$")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """One snapshot on disk; ``damage`` says what is wrong with it, ``manifest`` is None then."""

    id: str
    active: bool
    manifest: Manifest | None
    damage: str | None


@dataclass(frozen=True, slots=True)
class Pointed:
    """What CURRENT names, and the SHA-256 of its manifest."""

    id: str
    sha256: str


def pointed(folder: Path) -> Pointed | None:
    """What the folder's CURRENT says; None where it says nothing that makes sense.

    UnavailableError where it cannot be read.
    """
    try:
        match = POINTER.match((folder / CURRENT).read_text(encoding="ascii"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise unusable(error) from None
    return Pointed(match["id"], match["sha256"]) if match else None


def read_pointer(data: Path) -> str | None:
    """The id in CURRENT, or None; cheap, to see whether it moved."""
    found = pointed(data)
    return found.id if found else None


def activate(data: Path, snapshot_id: str, sha256: str) -> None:
    """Let CURRENT name a snapshot or memory: the old or the new one is served, never neither."""
    partial = data / f"{CURRENT}{PARTIAL}"
    partial.write_text(f"{snapshot_id} {sha256}\n", encoding="ascii")
    fsync(partial)
    partial.replace(data / CURRENT)
    fsync(data)


def snapshot_ids(data: Path) -> list[str]:
    """Every complete snapshot on disk, newest first."""
    return ids_in(data / SNAPSHOTS)


def ids_in(folder: Path) -> list[str]:
    """Everything complete in a folder of snapshots or memories, newest first.

    UnavailableError where it cannot be read.
    """
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unusable(error) from None
    return sorted(filter(SNAPSHOT_ID.match, names), reverse=True)


def open_current(data: Path) -> Snapshot:
    """The active snapshot; where it is damaged, the newest older one that is whole.

    Raises NoSnapshotError where nothing was published, DamagedSnapshotError where none is whole.
    """
    problems = []
    for snapshot_id, sha256 in _candidates(data):
        try:
            snapshot = Snapshot.open(data / SNAPSHOTS / snapshot_id, sha256)
        except DamagedSnapshotError as error:
            problems.append(error)
            log.error("%s", error)
            continue
        if problems:
            log.warning("serving the older snapshot %s instead", snapshot_id)
        return snapshot
    if problems:
        raise problems[0]
    raise _nothing(data)


def _nothing(data: Path) -> NoSnapshotError:
    return NoSnapshotError(f"{data}: nothing has been published yet (run `kb publish`)")


def current_manifest(data: Path) -> Manifest | None:
    """What the active snapshot says of itself, no file checked; None where there is none."""
    active = read_pointer(data)
    return _manifest(data, active) if active else None


def served_or_rolled_back(data: Path) -> list[Manifest]:
    """What the active snapshot says of itself, and those that were active before a rollback."""
    active = read_pointer(data)
    ids = [one for one in snapshot_ids(data) if active is not None and one >= active]
    return [found for one in ids if (found := _manifest(data, one))]


def kept_recipes(data: Path) -> frozenset[str]:
    """Ids of the recipes of all snapshots on disk: what may still be asked of their vectors."""
    manifests = (_manifest(data, one) for one in snapshot_ids(data))
    return frozenset(one.recipe.id for one in manifests if one and one.recipe)


def _manifest(data: Path, snapshot_id: str) -> Manifest | None:
    try:
        path = data / SNAPSHOTS / snapshot_id / MANIFEST
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _candidates(data: Path) -> Iterator[tuple[str, str | None]]:
    """What to try, in this order: the active snapshot, then older ones, newest first."""
    current, known = pointed(data), snapshot_ids(data)
    if current and current.id in known:
        yield current.id, current.sha256
        known = [one for one in known if one < current.id]
    elif known:
        log.error("%s: does not name a snapshot (run `kb rollback ID`)", data / CURRENT)
    for snapshot_id in known:
        yield snapshot_id, None


def list_snapshots(data: Path) -> list[Listed]:
    """Every snapshot on disk, newest first, each checked file by file."""
    active = read_pointer(data)
    return [_examine(data, one, one == active) for one in snapshot_ids(data)]


def _examine(data: Path, snapshot_id: str, active: bool) -> Listed:
    try:
        manifest = read_verified(data / SNAPSHOTS / snapshot_id, Manifest)
    except DamagedSnapshotError as error:
        return Listed(snapshot_id, active, None, str(error))
    return Listed(snapshot_id, active, manifest, None)


def roll_back(data: Path, snapshot_id: str | None = None) -> str:
    """Activate an older snapshot, the newest whole one before the active by default; its id.

    Raises BusyError while another process publishes, which would activate its own after this.
    """
    with publishing(data):
        return _roll_back(data, snapshot_id)


def _roll_back(data: Path, snapshot_id: str | None) -> str:
    active, known = read_pointer(data), snapshot_ids(data)
    if not known:
        raise _nothing(data)
    if snapshot_id and snapshot_id not in known:
        raise NoSnapshotError(f"no snapshot {snapshot_id!r} (there are: {', '.join(known)})")
    choices = [snapshot_id] if snapshot_id else _older(data, active)
    for choice in choices:
        listed = _examine(data, choice, active=False)
        if listed.manifest is not None:
            activate(data, choice, _manifest_sha256(data, choice))
            return choice
        if snapshot_id:
            raise DamagedSnapshotError(listed.damage or choice)
    older = f"older than {active} " if active else ""
    raise KBError(f"{data}: no snapshot {older}is whole (see `kb snapshots`)")


def _older(data: Path, active: str | None) -> list[str]:
    return [one for one in snapshot_ids(data) if active is None or one < active]


def _manifest_sha256(data: Path, snapshot_id: str) -> str:
    return sha256_of_file(data / SNAPSHOTS / snapshot_id / MANIFEST)


def prune(data: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` snapshots; the active one and newer ones always stay.

    One that is half removed when the publisher is killed no longer has the name of a snapshot.
    """
    active = read_pointer(data) or ""
    for snapshot_id in snapshot_ids(data)[keep:]:
        if snapshot_id < active:
            folder = data / SNAPSHOTS / snapshot_id
            shutil.rmtree(folder.rename(folder.with_name(f"{snapshot_id}{PARTIAL}")))


def clean_partials(data: Path) -> None:
    """Remove what a publisher that was killed left behind."""
    for path in (data / SNAPSHOTS).glob(f"*{PARTIAL}"):
        shutil.rmtree(path)
