"""Snapshots as other releases of the software made them: whole, and yet with other files."""

from __future__ import annotations

from pathlib import Path

from indexer.manifest import MANIFEST, Manifest, file_hashes, write_manifest
from indexer.pointer import activate


def made_otherwise(snapshot: Path) -> None:
    """Let the manifest say what the folder holds, as another release may have written it."""
    described = Manifest.model_validate_json((snapshot / MANIFEST).read_bytes())
    files = file_hashes(snapshot)
    sha256 = write_manifest(snapshot, described.model_copy(update={"files": files}))
    renamed = snapshot.rename(snapshot.with_name(f"{snapshot.name[:-12]}{sha256[:12]}"))
    activate(snapshot.parents[1], renamed.name, sha256)
