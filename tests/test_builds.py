"""Builds that wait and run, on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from stores import NOW

from kb.store import builds
from kb.store.database import Database

LEASE = dt.timedelta(seconds=30)
LATER = NOW + dt.timedelta(minutes=1)


def test_a_burst_of_pushes_is_one_build(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        said = list(
            threads.map(lambda n: builds.ask(database, "github", NOW, f"call-{n}"), range(100))
        )
    assert said.count("waits") == 1
    assert said.count("joined") == 99
    assert len(builds.recent(database, 10)) == 1


def test_what_is_pushed_while_a_build_runs_makes_one_more(database: Database) -> None:
    builds.ask(database, "github", NOW)
    assert builds.claim(database, NOW, LEASE)
    said = [builds.ask(database, "github", NOW) for _ in range(5)]
    assert said == ["waits", *["joined"] * 4]
    assert len(builds.recent(database, 10)) == 2


def test_a_call_is_taken_once(database: Database) -> None:
    assert builds.ask(database, "github", NOW, "call") == "waits"
    assert builds.ask(database, "github", LATER, "call") == "repeated"
    assert builds.ask(database, "github", LATER, "another") == "joined"


def test_only_one_builds_at_a_time(database: Database) -> None:
    builds.ask(database, "watch", NOW)
    first = builds.claim(database, NOW, LEASE)
    assert first
    builds.ask(database, "watch", NOW)
    assert builds.claim(database, NOW, LEASE) is None
    done = dataclasses.replace(first, state="published", snapshot="s", commit="c", log="fine")
    builds.finish(database, done, LATER)
    second = builds.claim(database, LATER, LEASE)
    assert second
    assert second.id > first.id
    newest, older = builds.recent(database, 10)
    assert (newest.state, older.state, older.snapshot, older.ended) == (
        "running",
        "published",
        "s",
        LATER,
    )


def test_a_build_whose_builder_died_is_built_again(database: Database) -> None:
    builds.ask(database, "github", NOW)
    dead = builds.claim(database, NOW, LEASE)
    assert dead
    assert builds.claim(database, NOW + LEASE / 2, LEASE) is None
    again = builds.claim(database, NOW + 2 * LEASE, LEASE)
    assert again
    assert again.id != dead.id
    builds.finish(database, dataclasses.replace(dead, state="published"), LATER)
    states = [one.state for one in builds.recent(database, 10)]
    assert states == ["running", "failed"], "the dead one has no say any more"


def test_a_builder_that_says_that_it_lives_keeps_its_build(database: Database) -> None:
    builds.ask(database, "github", NOW)
    mine = builds.claim(database, NOW, LEASE)
    assert mine
    builds.prolong(database, mine, NOW + 10 * LEASE)
    builds.ask(database, "github", NOW)
    assert builds.claim(database, NOW + 5 * LEASE, LEASE) is None


def test_old_builds_and_calls_are_forgotten(database: Database) -> None:
    for number in range(builds.KEPT_BUILDS + 5):
        builds.ask(database, "watch", NOW, f"call-{number}")
        build = builds.claim(database, NOW, LEASE)
        assert build
        builds.finish(database, dataclasses.replace(build, state="failed", log="x" * 50_000), NOW)
    kept = builds.recent(database, 1_000)
    assert len(kept) == builds.KEPT_BUILDS
    assert {len(one.log) for one in kept} == {builds.LONGEST_LOG}
    long_after = NOW + builds.KEPT_CALLS + dt.timedelta(days=1)
    assert builds.ask(database, "watch", long_after, "call-0") == "waits"
