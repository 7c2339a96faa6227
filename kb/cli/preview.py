"""``kb preview``: the help centre as it will be, while it is being written."""

from __future__ import annotations

import multiprocessing
import os
import posixpath
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from indexer.lock import previewing as alone
from indexer.preview import own_settings
from indexer.tree import FolderTree
from kb.check_places import prefix_of
from kb.cli.listening import listening
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.errors import Finding


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
def preview(folder: Path | None, host: str, port: int) -> None:
    """Show the articles in FOLDER in a browser, and again whenever one is saved.

    Drafts and internal articles are there too, each marked. Nothing is published, and nothing is
    written to the site. FOLDER defaults to KB_ARTICLES, else articles/.
    """
    config = load_config()
    place = folder or config.articles
    FolderTree(place)  # a clear error now is better than one at each look
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with alone(config.data), listening(host, port) as listener:
        _run(place, config, listener)


def _run(place: Path, config: Config, listener: socket.socket) -> None:
    """Serve until Ctrl-C."""
    from indexer.rendering import Limits
    from webapp.preview import create_preview, serve
    from webapp.preview_following import Follower
    from webapp.previewing import Previewing

    settings = own_settings(config)
    previewing = Previewing(place, settings)
    follower = Follower(previewing, Limits(seconds=settings.limits.render_seconds))
    app = create_preview(settings, previewing, config.database)
    with shown_progress() as progress:
        previewing.build(progress)
    _say(previewing.errors, prefix_of(place, Path.cwd()))
    host, port, *_ = listener.getsockname()
    name = f"[{host}]" if ":" in host else host
    click.echo(f"Preview on http://{name}:{port}/ (stop with Ctrl-C)", err=True)
    with suppress(SystemExit), follower.following():
        serve(app, listener)
    _leave()


def _say(errors: Sequence[Finding], prefix: str) -> None:
    """What the pages say, too, for who looks at the terminal first."""
    if errors:
        click.echo("This cannot be published (mend it and save, and the pages follow):", err=True)
    for one in errors:
        file = prefix if one.path == "." else posixpath.normpath(f"{prefix}/{one.path}")
        click.echo(replace(one, path=file), err=True)


def _leave() -> None:
    """End now: nobody waits for a build that nobody will see."""
    for child in multiprocessing.active_children():
        child.terminate()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
