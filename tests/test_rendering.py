"""Rendering in processes, under limits."""

from __future__ import annotations

import os
import signal

import pytest

from indexer import rendering
from indexer.rendering import GivenUp, Job, Limits, render_all
from kb.markdown import Page


def test_pages_come_back_in_the_order_of_their_jobs() -> None:
    done: list[int] = []
    jobs = [Job(f"{n}.md", f"text {n}", "T") for n in range(12)]
    pages = render_all(jobs, Limits(), lambda: done.append(1))
    assert [page.html for page in pages] == [f"<p>text {n}</p>" for n in range(12)]
    assert len(done) == 12


def _name_worker(job: Job) -> Page:
    return Page(f"{job.body} {os.getpid()}", (), (), (), ())


def test_a_few_articles_start_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_render", _name_worker)
    pages = render_all([Job("a.md", "a", "T")] * 12)
    assert len({page.html for page in pages}) == 1


def test_nothing_to_render_is_no_error() -> None:
    assert render_all([]) == []


def test_an_article_that_takes_too_long_is_published_as_plain_text() -> None:
    jobs = [Job("slow.md", "[" * 30_000, "T", 4), Job("fast.md", "*x*", "T")]
    slow, fast = render_all(jobs, Limits(seconds=1))
    assert "took more than 1 s" in str(slow.notes[0])
    assert str(slow.notes[0]).startswith("slow.md:4: ")
    assert slow.html.startswith("<p>[[[")
    assert fast.html == "<p><em>x</em></p>"


def _die_or_render(job: Job) -> Page:
    if job.body == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.body == "eat":
        bytearray(1 << 40)
    if job.body == "raise":
        raise RuntimeError("deep")
    return Page(job.body, (), (), (), ())


@pytest.mark.parametrize(
    ("body", "reason"),
    [("die", "ended its worker"), ("eat", "needed more than"), ("raise", "RuntimeError: deep")],
)
def test_a_worker_that_dies_takes_no_other_article_with_it(
    monkeypatch: pytest.MonkeyPatch, body: str, reason: str
) -> None:
    monkeypatch.setattr(rendering, "_render", _die_or_render)
    jobs = [Job("a.md", "a", "T"), Job("b.md", body, "T"), Job("c.md", "c", "T")]
    first, broken, last = render_all(jobs)
    assert (first.html, last.html) == ("a", "c")
    assert broken.html == f"<p>{body}</p>"
    assert reason in broken.notes[0].what
    assert [isinstance(one, GivenUp) for one in (first, broken, last)] == [False, True, False]
