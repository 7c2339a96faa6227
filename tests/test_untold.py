"""Who has not heard of a failed build, on both databases: one tells them, and nobody twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import update
from stores import NOW

from kb.builds import Build, Untold
from kb.store import builds, untold
from kb.store.database import Database
from kb.store.tables import builds as table

LEASE = dt.timedelta(seconds=30)
LATER = NOW + dt.timedelta(minutes=1)
ANN, BOB = "ann@example.com", "bob@example.com"


def ended(database: Database, **how: Any) -> Build:
    """A build that ended in this way; it failed unless that says otherwise."""
    builds.ask(database, "github", NOW)
    build = builds.claim(database, NOW, LEASE)
    assert build
    usual: dict[str, Any] = {"state": "failed", "log": "Error: a.md:1", "untold": (ANN, BOB)}
    done = dataclasses.replace(build, **{**usual, **how})
    builds.finish(database, done, NOW)
    return done


def taken(database: Database, now: dt.datetime) -> Untold:
    found = untold.take(database, now, LEASE)
    assert found
    return found


def test_who_has_not_heard_of_a_failure_is_told_by_one_at_a_time(database: Database) -> None:
    ended(database)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: untold.take(database, NOW, LEASE), range(8)))
    (mine,) = (one for one in found if one)
    assert (mine.to, mine.tries) == ((ANN, BOB), 1)
    assert not untold.is_due(database, NOW + LEASE / 2)
    assert untold.keep(database, mine, [BOB], NOW)
    again = taken(database, NOW)
    assert (again.to, again.tries) == ((BOB,), 2)
    assert untold.keep(database, again, [], NOW)
    assert not untold.is_due(database, NOW + 9 * LEASE)
    assert untold.take(database, NOW + 9 * LEASE, LEASE) is None


def test_nobody_is_told_before_it_may_be_tried_again(database: Database) -> None:
    ended(database)
    untold.keep(database, taken(database, NOW), [BOB], LATER)
    assert not untold.is_due(database, LATER - LEASE)
    assert untold.take(database, LATER - LEASE, LEASE) is None
    assert untold.is_due(database, LATER)
    assert taken(database, LATER).to == (BOB,)


def test_another_goes_on_for_one_that_died_which_has_no_say_any_more(database: Database) -> None:
    ended(database)
    dead = taken(database, NOW)
    another = taken(database, NOW + LEASE)
    assert not untold.keep(database, dead, [], LATER)
    assert untold.keep(database, another, [BOB], LATER)
    assert taken(database, LATER).to == (BOB,)


def test_a_failure_is_no_news_once_another_build_has_ended(database: Database) -> None:
    ended(database)
    ended(database, state="published", snapshot="s", untold=())
    assert not untold.is_due(database, LATER)
    assert untold.take(database, LATER, LEASE) is None


def test_another_failure_is_told_to_everybody(database: Database) -> None:
    first = ended(database)
    untold.keep(database, taken(database, NOW), [], NOW)
    different: tuple[dict[str, str], ...] = ({"log": "Error: b.md:1"}, {"commit": "1" * 40})
    for news in different:
        another = ended(database, **news)
        found = taken(database, NOW)
        assert (found.build.id, found.to, found.tries) == (another.id, (ANN, BOB), 1)
    ended(database, state="published", untold=())
    again = ended(database)
    assert again.log == first.log
    assert taken(database, NOW).build.id == again.id, "it was well in between"


def test_the_same_failure_again_is_told_to_nobody_new_and_by_nobody_else(
    database: Database,
) -> None:
    first = ended(database)
    mine = taken(database, NOW)
    ended(database)
    assert untold.take(database, NOW, LEASE) is None, "while one tells it"
    assert untold.keep(database, mine, [BOB], NOW)
    ended(database)
    left = taken(database, NOW)
    assert (left.build.id, left.to, left.tries) == (first.id, (BOB,), 2)
    untold.keep(database, left, [], NOW)
    ended(database)
    assert untold.take(database, LATER, LEASE) is None


def test_a_builder_that_died_in_between_makes_the_same_failure_no_news(database: Database) -> None:
    first = ended(database)
    builds.ask(database, "github", NOW)
    assert builds.claim(database, NOW, LEASE)
    built = builds.claim(database, NOW + 2 * LEASE, LEASE)
    assert built
    failed = dataclasses.replace(built, state="failed", log=first.log, untold=(ANN, BOB))
    builds.finish(database, failed, NOW)
    assert taken(database, NOW).build.id == first.id


def test_what_was_mended_without_a_build_is_told_no_more_and_is_news_again(
    database: Database,
) -> None:
    ended(database)
    mine = taken(database, NOW)
    untold.forget_failures(database)
    assert not untold.keep(database, mine, [BOB], NOW)
    assert untold.take(database, LATER, LEASE) is None
    again = ended(database)
    assert taken(database, LATER).build.id == again.id


def test_what_was_kept_before_tries_were_counted_is_told(database: Database) -> None:
    one = ended(database)
    change = update(table).where(table.c.id == one.id).values(untold=[BOB])
    database.write(lambda connection: connection.execute(change))
    found = taken(database, NOW)
    assert (found.to, found.tries) == ((BOB,), 1)
