"""Errors: one tree, one exit code each, and a text that says where, what and how to mend it."""

from __future__ import annotations

import pytest

from kb.errors import (
    BusyError,
    ConfigError,
    ContentError,
    DamagedSnapshotError,
    Finding,
    KBError,
    ModelError,
    NoSnapshotError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KBError, 1),
        (ContentError, 1),
        (ConfigError, 2),
        (UnavailableError, 3),
        (BusyError, 3),
        (NoSnapshotError, 3),
        (DamagedSnapshotError, 3),
        (ModelError, 3),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: type[KBError], code: int) -> None:
    assert issubclass(error, KBError)
    assert error.exit_code == code


def test_a_content_error_tells_every_finding_on_a_line_of_its_own() -> None:
    findings = [Finding("a.md", 3, "is wrong", "mend it"), Finding("b.md", 1, "too", "that")]
    error = ContentError(findings)
    assert str(error) == "a.md:3: is wrong (mend it)\nb.md:1: too (that)"
    assert error.findings == tuple(findings)
