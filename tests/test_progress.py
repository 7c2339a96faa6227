"""Progress outside a terminal: a log says that long work goes on, and nothing of quick work."""

from __future__ import annotations

import io

from rich.console import Console

from kb.cli.progress import QUIET_SECONDS, LineProgress


def test_quick_steps_leave_no_line_and_long_ones_one_now_and_then() -> None:
    now = 0.0
    log = io.StringIO()
    lines = LineProgress(Console(file=log), lambda: now)
    lines.step("Rendering", 2)()
    encoded = lines.step("Encoding", 40)
    for _ in range(25):
        now += QUIET_SECONDS / 10
        encoded()
    assert log.getvalue().splitlines() == ["Encoding 10 of 40", "Encoding 20 of 40"]
