"""What README.md tells people to type works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT, SHOP, write_site

from kb.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= targets


def test_every_path_it_names_exists() -> None:
    named = re.findall(
        r"`((?:kb|indexer|search|webapp|articles|docs|bench|tests|evaluation)/[^`]*)`", README
    )
    assert named
    missing = [path for path in named if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if "bin/kb" in one and "serve" not in one]
)
def test_every_kb_command_works(
    command: str, published: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(command)[1:]
    publishes = words[0] == "publish"
    monkeypatch.setenv("KB_DATA", str(data if publishes else published))
    write_site(tmp_path / "path/to/articles", SHOP)
    monkeypatch.chdir(tmp_path if publishes else ROOT)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
