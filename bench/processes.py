"""Each system runs in a process of its own, so that start and memory are its own too."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

ROOT = Path(__file__).parents[1]

Figures = TypeVar("Figures")


def environment(**more: str) -> dict[str, str]:
    """What every process gets: no settings of this site, no look at a model hub, no bars."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return {**ours, "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", **more}


def run(kind: type[Figures], python: Path, module: str, *arguments: object) -> Figures:
    """The figures that a module of this package prints as its last line."""
    command = [str(python), "-m", f"bench.{module}", *map(str, arguments)]
    finished = subprocess.run(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    if finished.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {finished.returncode} (see its message above)")
    return TypeAdapter(kind).validate_json(finished.stdout.strip().splitlines()[-1])


def wall_seconds(command: list[str], **more: str) -> float:
    """Wall time of a whole process; what it says is shown only if it fails."""
    started = time.perf_counter()
    finished = subprocess.run(
        command, cwd=ROOT, env=environment(**more), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if finished.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {finished.returncode}\n{finished.stderr}")
    return seconds
