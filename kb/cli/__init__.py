"""The ``kb`` command: one click application, each group of commands imported when it is used.

Results go to stdout, everything else to stderr. Exit codes: 0 good, 1 content or check failed,
2 usage, 3 busy or unavailable.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from kb import __version__
from kb.errors import KBError
from kb.masking import MaskingFilter

COMMANDS = {
    "publish": "kb.cli.publish:publish",
    "check": "kb.cli.check:check",
    "search": "kb.cli.search:search",
    "suggest": "kb.cli.suggest:suggest",
    "evaluate": "kb.cli.evaluate:evaluate",
    "serve": "kb.cli.serve:serve",
    "watch": "kb.cli.watch:watch",
    "preview": "kb.cli.preview:preview",
    "new": "kb.cli.new:new",
    "widget": "kb.cli.widget:widget",
    "report": "kb.cli.report:report",
    "gaps": "kb.cli.gaps:gaps",
    "feedback": "kb.cli.feedback:feedback",
    "demo-traffic": "kb.cli.demo_traffic:demo_traffic",
    "learn": "kb.cli.learn:learn_command",
    "memory": "kb.cli.memory:memory",
    "snapshots": "kb.cli.operations:snapshots",
    "rollback": "kb.cli.operations:rollback",
    "case": "kb.cli.cases:case",
    "purge": "kb.cli.cases:purge",
    "outbox": "kb.cli.outbox:outbox",
    "user": "kb.cli.user:user",
    "doctor": "kb.cli.doctor:doctor",
    "chores": "kb.cli.chores:chores",
}


class LateGroup(click.Group):
    """A group that imports a command only when it is asked for, so that ``kb`` starts at once."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        """Run the command line; what it starts takes no module from the folder that it works in.

        The software is often a folder ``kb`` there, which Python would take for this package.
        """
        if args is None:  # a process of its own, so its environment is ours to set
            os.environ["PYTHONSAFEPATH"] = "1"
        return super().main(args, *others, **named)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a new user needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the user can mend is told in a line, with its exit code."""
        try:
            return super().invoke(ctx)
        except KBError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
def main() -> None:
    """Turn a folder of Markdown articles into a help centre that answers.

    Settings come from KB_* environment variables and kb.toml.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(MaskingFilter())  # servers' answers quote the customers' addresses
    logging.basicConfig(format="%(message)s", handlers=[handler], level=logging.WARNING)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
