"""The articles about ``kb check``: their files parse, their commands exist, their list is whole."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from conftest import ROOT

from kb.check_rules import RULES
from kb.cli.check import check

WRITERS = ROOT / "articles" / "for-writers"
ABOUT = WRITERS / "check-before-you-merge.md"
PIPELINES = WRITERS / "check-in-a-pipeline.md"
BLOCK = re.compile(r"^([ ]*)```(yaml|bash)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"kb check[^\n|>]*")


def blocks(path: Path, kind: str) -> list[str]:
    found = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [textwrap.dedent(text) for _, language, text in found if language == kind]


def test_every_rule_is_explained_with_its_level() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\w+) \|", ABOUT.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert dict(rows) == {name: rule.level for name, rule in RULES.items()}
    assert len(rows) == len(RULES)


def test_every_option_is_explained() -> None:
    text = ABOUT.read_text(encoding="utf-8")
    options = [one.opts[0] for one in check.params if isinstance(one, click.Option)]
    assert [option for option in options if f"`{option}" not in text] == []


@pytest.mark.parametrize("path", [ABOUT, PIPELINES])
def test_every_command_is_one_that_kb_understands(path: Path) -> None:
    said = [
        line
        for kind in ("yaml", "bash")
        for text in blocks(path, kind)
        for line in COMMAND.findall(text)
    ]
    assert said
    for line in said:
        words = [word for word in shlex.split(line)[2:] if word not in ("true", "||")]
        check.make_context("check", words)


def test_the_pipelines_are_yaml_of_their_kind() -> None:
    actions, gitlab, hooks, steps = (yaml.safe_load(text) for text in blocks(PIPELINES, "yaml"))
    job = actions["jobs"]["check"]
    checkout = job["steps"][0]
    assert checkout["with"]["fetch-depth"] == 0, "--against needs the history"
    assert all(("run" in step) != ("uses" in step) for step in [*job["steps"], *steps])
    assert gitlab["articles"]["variables"]["GIT_DEPTH"] == "0"
    assert any("kb check" in line for line in gitlab["articles"]["script"])
    for hook in entries(hooks):
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert hook["pass_filenames"] is False
        assert hook["always_run"] is True, "a commit that only deletes names no files"
        assert "files" not in hook


def entries(hooks: dict[str, Any]) -> list[dict[str, Any]]:
    return [hook for repository in hooks["repos"] for hook in repository["hooks"]]
