"""What the log says of the articles: who changed them when, and what became of old addresses.

A function of the log alone, not of which commits happened to be published: whoever publishes a
commit gets the same redirects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from indexer.cache import FileCache, content_key
from indexer.tree import Change, File, Log, Step
from kb.articles import Article

HISTORY_VERSION = 2
"""Raise it where a log is read otherwise than before."""
MOST_REVISIONS = 20
MOST_AUTHORS = 50


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an article; ``at`` is None where its date is absurd."""

    commit: str
    at: dt.datetime | None
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """How an article came to be what it is, renames included.

    ``revisions``: the last few, newest first; ``count`` is of all. ``authors``: whoever changed
    it last comes first.
    """

    revisions: tuple[Revision, ...] = ()
    count: int = 0
    authors: tuple[str, ...] = ()

    @property
    def updated(self) -> dt.date | None:
        """The day of the last change, in UTC."""
        moment = self.revisions[0].at if self.revisions else None
        return moment.date() if moment else None


@dataclass(frozen=True, slots=True)
class Public:
    """An article that could be read at an address; ``others`` led to it."""

    address: str
    title: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an address: it leads ``to`` another, or nowhere where that is empty.

    ``title`` is what was last read there; empty where it was hidden, not removed.
    """

    to: str
    title: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything a log says: of each path, and of each address that was left."""

    pasts: Mapping[str, Past] = field(default_factory=dict)
    fates: Mapping[str, Fate] = field(default_factory=dict)

    def past(self, path: str) -> Past:
        """Of one article."""
        return self.pasts.get(path, Past())


Identify = Callable[[File, dt.datetime | None], Public | None]
"""What could be read in a file as it was at a moment; None where it was no article, or hidden."""

HISTORY = TypeAdapter(History)


def address(article: Article, site_lang: str) -> str:
    """Where an article can be read, as a visitor's request names it."""
    return unquote(article.url(site_lang))


def read_log(
    log: Log | None, identify: Identify, cache: FileCache | None, settings: str
) -> History:
    """What a log says; steps before a commit that was asked about earlier are not walked again.

    ``settings`` names everything else that the answer depends on.
    """
    if log is None:
        return History()
    known, steps = History(), []
    for commit in log.commits():
        found = _cached(cache, _key(commit, settings))
        if found is not None:
            known = found
            break
        steps.append(commit)
    history = replay(known, map(log.step, reversed(steps)), identify)
    if cache and steps and log.whole:
        cache.put(_key(steps[0], settings), HISTORY.dump_json(history))
    return history


def _key(commit: str, settings: str) -> str:
    return content_key("history", HISTORY_VERSION, commit, settings)


def _cached(cache: FileCache | None, key: str) -> History | None:
    try:
        return HISTORY.validate_json((cache.get(key) if cache else None) or b"")
    except ValidationError:
        return None


def replay(known: History, steps: Iterable[Step], identify: Identify) -> History:
    """The history after these steps, oldest first."""
    pasts, fates = dict(known.pasts), dict(known.fates)
    for step in steps:
        _remember(pasts, step)
        left = list(_left(step, identify))
        fates.update((one.address, fate) for one, fate in left)
        for one, fate in left:
            _take_along(fates, one, fate)
    return History(pasts, fates)


def _remember(pasts: dict[str, Past], step: Step) -> None:
    """Articles take their past along; all are lifted before any is put down, as two may swap."""
    before = [pasts.pop(one.old.path, Past()) if one.old else Past() for one in step.changes]
    for change, past in zip(step.changes, before, strict=True):
        if change.new:
            pasts[change.new.path] = _after(past, step, change)


def _after(past: Past, step: Step, change: Change) -> Past:
    revision = Revision(step.commit, step.at, change.authors)
    authors = tuple(dict.fromkeys((*change.authors, *past.authors)))
    return Past(
        (revision, *past.revisions)[:MOST_REVISIONS], past.count + 1, authors[:MOST_AUTHORS]
    )


def _take_along(fates: dict[str, Fate], left: Public, fate: Fate) -> None:
    """What led to an article that is nowhere any more; unless git knows better where it leads."""
    for address in () if fate.to else left.others:
        fates.setdefault(address, fate)


def _left(step: Step, identify: Identify) -> Iterator[tuple[Public, Fate]]:
    """Articles that are not at their address any more after a step, and where they went."""
    for change in step.changes:
        before = identify(change.old, step.at) if change.old else None
        if before is None:
            continue
        after = identify(change.new, step.at) if change.new else None
        if after is None:
            yield before, Fate("", "" if change.new else before.title)
        elif after.address != before.address:
            yield before, Fate(after.address, before.title)


@dataclass(frozen=True, slots=True)
class Addresses:
    """``moved``: old address to URL. ``gone``: address to what was last read there."""

    moved: Mapping[str, str]
    gone: Mapping[str, str]


def addresses(fates: Mapping[str, Fate], live: Mapping[str, str]) -> Addresses:
    """Follow every address to where its article is now; ``live`` maps addresses to URLs.

    What leads to an article that is hidden just now is neither moved nor gone.
    """
    moved, gone = {}, {}
    for start in sorted(fates.keys() - live.keys()):
        last, title = _follow(start, fates, live)
        if last in live:
            moved[start] = live[last]
        elif title is not None:
            gone[start] = title
    return Addresses(moved, gone)


def _follow(
    start: str, fates: Mapping[str, Fate], live: Mapping[str, str]
) -> tuple[str, str | None]:
    """The last address on the way from one, and the title there if it ends nowhere."""
    here, seen = start, {start}
    while here not in live and here in fates:
        fate = fates[here]
        if not fate.to or fate.to in seen:
            return here, fate.title
        here = fate.to
        seen.add(here)
    return here, None
