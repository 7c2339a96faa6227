"""How a build ended is told to those who can mend it: by e-mail, and by a mark on the commit.

Nobody is told twice of one failure. Who could not be told, because the mail server was away, is
told later, as long as the failure is the last that happened.
"""

from __future__ import annotations

import datetime as dt
import logging
import re

from kb.builds import Build
from kb.config import Config
from kb.delivery.mail import build_mail, send_mail
from kb.delivery.sending import SendingError
from kb.delivery.statuses import CommitStatus, mark_commit
from kb.store import builds
from kb.store.database import Database

TELLS_AGAIN = dt.timedelta(minutes=1)
TELLING = dt.timedelta(minutes=10)
"""Longer than it takes: after it another process goes on for one that died meanwhile."""
REASON = re.compile(r"^Error: (.+)$", re.MULTILINE)
"""How `kb publish` says why it failed."""

log = logging.getLogger(__name__)


def must_hear(database: Database, build: Build, config: Config) -> tuple[str, ...]:
    """Who is to be told: all of a failure that is new, else those who have not heard of it."""
    if build.state != "failed":
        return ()
    before = next((one for one in builds.recent(database, 3) if one.id < build.id), None)
    if before and (before.state, before.commit, before.log) == ("failed", build.commit, build.log):
        return before.untold
    return config.git.notify


def tell(database: Database, build: Build, config: Config) -> None:
    """A failed build is told to the people in the settings, and how each ended to the git host."""
    if build.state == "failed":
        log.warning("A build failed, the help centre stays as it was:\n%s", build.log)
    if build.untold:
        tell_the_rest(database, config)
    if build.commit is None:
        return
    try:
        mark_commit(_status(build, build.commit, config), config.git)
    except SendingError as error:
        log.warning("The commit could not be marked: %s", error)


def tell_the_rest(database: Database, config: Config) -> None:
    """Mail the last failure to those who have not heard of it; who cannot be told is told later."""
    build = builds.take_untold(database, _now(), TELLING)
    if build is None:
        return
    left = list(build.untold)
    try:
        for to in build.untold:
            if to not in config.git.notify or _is_told(build, to, config):
                left.remove(to)
                builds.keep_untold(database, build, left)
    finally:
        builds.let_others_tell(database, build)


def _is_told(build: Build, to: str, config: Config) -> bool:
    """Whether it need not be tried again: sent, or refused for good."""
    try:
        send_mail(build_mail(build, to, config), to, config.contact.smtp)
    except SendingError as error:
        log.warning("The failed build could not be told to everybody: %s", error)
        return error.final
    return True


def _status(build: Build, commit: str, config: Config) -> CommitStatus:
    base_url = config.site.base_url
    if build.state == "published":
        return CommitStatus(commit, True, "Published", base_url)
    found = REASON.search(build.log)
    said = found.group(1) if found else "Publishing failed"
    return CommitStatus(commit, False, said, base_url and f"{base_url}/dashboard/builds")


class Retelling:
    """Tells again, now and then."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._next = dt.datetime.min.replace(tzinfo=dt.UTC)

    def tell_when_due(self, database: Database, now: dt.datetime) -> None:
        """Tell those who have not heard of the last failure, unless that was tried just now."""
        if now >= self._next:
            self._next = now + TELLS_AGAIN
            tell_the_rest(database, self._config)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
