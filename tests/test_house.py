"""The house: who may import whom, names that are ours alone, everything small and documented."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest

from kb.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
PACKAGES = ("kb", "indexer", "search", "webapp")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_imports_keep_their_contracts() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "--config", "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_no_installed_distribution_owns_one_of_our_names(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"kb"}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_and_is_documented(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    if command.hidden:
        return  # no person calls it
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "articles").rglob("*.md")]
    assert any(f"kb {name}" in page for page in pages)


def test_every_command_says_how_it_is_used() -> None:
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        context = click.Context(command, info_name=f"kb {name}")
        assert f"Usage: kb {name}" in command.get_help(context)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def test_functions_are_small() -> None:
    lengths = {name: lines for path in MODULES for name, lines in functions(path)}
    assert statistics.median(lengths.values()) <= 10
    assert {name: lines for name, lines in lengths.items() if lines > 45} == {}


def test_modules_are_small_and_say_why_they_exist() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, path
        assert ast.get_docstring(ast.parse(text)), path


def test_modules_have_names_that_say_something() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert not [path for path in MODULES if path.stem in vague]


def test_nothing_names_the_place_it_was_made_in() -> None:
    for path in [*MODULES, *(ROOT / "articles").rglob("*.md")]:
        assert "/work/" not in path.read_text(encoding="utf-8"), path
