"""``kb serve``: the portal and its API, for production."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from indexer.pointer import open_current
from kb.cli.listening import listening
from kb.config import load_config
from kb.lasting import keep_running


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256))
@click.option("--demo", is_flag=True, help="Also serve product pages with the widget, at /demo/.")
def serve(host: str, port: int, workers: int, threads: int, demo: bool) -> None:
    """Serve the active snapshot; a later publish is picked up by itself.

    Learns from resolved cases on the way, once a day by default (feedback.learn_hours).
    """
    from webapp import create_app
    from webapp.demo import create_demo
    from webapp.server import Answering
    from webapp.server import serve as run_server

    config = load_config()
    open_current(config.data)  # a clear error now is better than one in every worker
    with listening(host, port) as listener, _chores():
        answering = Answering(listener, workers, threads)
        run_server(config, answering, create_demo if demo else create_app)


@contextmanager
def _chores() -> Iterator[None]:
    """What is done beside answering, in a process that ends with this one and not before."""
    owner, stop = os.getpid(), threading.Event()
    command = [sys.executable, "-m", "kb", "chores", "--parent", str(owner)]
    keeper = threading.Thread(target=keep_running, args=(command, stop), name="kb-chores")
    keeper.start()
    try:
        yield
    finally:
        if os.getpid() == owner:  # a worker, which is a copy of this process, ends here too
            stop.set()
            keeper.join()
