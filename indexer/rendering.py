"""Many articles rendered in processes of their own, under limits of time and memory.

Some Markdown takes Python-Markdown seconds or crashes a parser; none may keep a help centre from
being published. An article that cannot be rendered is published as plain text, with a note.
Workers never inherit the publisher's lock: they are forked from a server process, which is started
anew and has imported what they need.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from kb.errors import Finding
from kb.markdown import Material, Page, plain, render

MAX_WORKERS = 8
JOBS_A_WORKER = 16
"""Fewer are not worth another process."""
_MEGABYTE = 1 << 20
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one article may cost."""

    seconds: float = 10
    megabytes_memory: int = 1024
    """Address space of a worker, which also holds the interpreter (about 100 MB)."""


DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class GivenUp(Page):
    """The plain text of an article that could not be rendered this time, with the reason why."""


@dataclass(frozen=True, slots=True)
class Job:
    """One article to render: what kb.markdown.render takes."""

    path: str
    body: str
    title: str
    first_line: int = 1
    page: Mapping[str, Any] = field(default_factory=dict)
    """Front matter that Jekyll's macros may print."""
    fragments: Mapping[str, str] = field(default_factory=dict)
    """Texts that the article includes, by path: what kb.markdown.needed names."""


def render_all(
    jobs: Sequence[Job], limits: Limits = DEFAULTS, on_done: Callable[[], None] = lambda: None
) -> list[Page]:
    """Render all jobs, in their order; ``on_done`` is called after each.

    An article over its limits, or whose worker died, comes back as plain text with a note.
    """
    pages: list[Page] = []
    with _pool(len(jobs), limits) as pool:
        futures = [pool.schedule(_render, args=[job], timeout=limits.seconds) for job in jobs]
        for job, future in zip(jobs, futures, strict=True):
            pages.append(_page(job, future, limits))
            on_done()
    return pages


@contextmanager
def renderer(limits: Limits = DEFAULTS) -> Iterator[Callable[[Job], Page]]:
    """Render one article at a time in a process that stays: for who waits for each."""
    with _pool(1, limits) as pool:
        pool.schedule(_render, args=[Job("", "", "")])  # starts it before it is needed
        yield lambda job: _page(job, pool.schedule(_render, [job], timeout=limits.seconds), limits)


@contextmanager
def _pool(jobs: int, limits: Limits) -> Iterator[ProcessPool]:
    """Worker processes that are gone when this ends, whichever way."""
    pool = ProcessPool(
        max_workers=max(1, min(-(-jobs // JOBS_A_WORKER), os.cpu_count() or 1, MAX_WORKERS)),
        initializer=_confine,
        initargs=[limits.megabytes_memory],
        context=_processes,
    )
    try:
        yield pool
        pool.close()  # type: ignore[no-untyped-call]
    finally:
        if pool.active:
            pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _confine(megabytes: int) -> None:
    """In a worker: bound its memory, and leave Ctrl-C to the publisher."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE, megabytes * _MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _render(job: Job) -> Page:
    material = Material(job.page, job.fragments)
    return render(job.body, job.path, title=job.title, first_line=job.first_line, material=material)


def _page(job: Job, future: ProcessFuture[Page], limits: Limits) -> Page:
    """The rendered page, or the plain one with the reason why."""
    try:
        page: Page = future.result()
        return page
    except TookTooLong:
        reason = f"took more than {limits.seconds:g} s to render"
    except MemoryError:
        reason = f"needed more than {limits.megabytes_memory} MB to render"
    except ProcessExpired as error:
        reason = f"ended its worker process (exit code {error.exitcode})"
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, publish goes on
        reason = f"could not be rendered ({type(error).__name__}: {error})"
    remedy = "shown as plain text; look for very long runs of brackets or deep nesting, or split it"
    note = Finding(job.path, job.first_line, f"the article {reason}", remedy)
    page = plain(job.body)
    return GivenUp(page.html, page.headings, page.sections, page.references, notes=(note,))
