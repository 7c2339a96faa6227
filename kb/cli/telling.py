"""How a build ended is told to those who can mend it: by e-mail, and by a mark on the commit.

Nobody is told twice of one failure. Who could not be told, because the mail server was away, is
told later and less and less often, as long as the failure is the last that happened.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import re
import threading
from collections import deque
from typing import Literal

from kb.builds import Build, Untold
from kb.config import Config
from kb.delivery.mail import build_mail, send_mail
from kb.delivery.sending import SendingError, pause_after
from kb.delivery.statuses import CommitStatus, mark_commit
from kb.errors import UnavailableError
from kb.store import untold
from kb.store.database import Database

LOOKS_EVERY = 5.0
"""Seconds between two looks for somebody who may be told now."""
WAITS_FOR_DATABASE = 10.0
ANSWERS = 20
"""More than a mail server gives to one mail, each within its time-out."""
REASON = re.compile(r"^Error: (.+)$", re.MULTILINE)
"""How `kb publish` says why it failed."""

log = logging.getLogger(__name__)


class Teller:
    """Tells in a thread of its own: no build waits for a mail server or a git host.

    A context manager; when it ends, what is being told just now is waited for.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._database: Database | None = None
        self._pause = LOOKS_EVERY
        self._stop = threading.Event()
        self._ended: queue.SimpleQueue[Build | Literal["end"]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kb-telling", daemon=True)

    def __enter__(self) -> Teller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.finish()

    def tell(self, build: Build) -> None:
        """Say at the git host how a build ended, and to people that it failed."""
        self._ended.put(build)

    def finish(self) -> None:
        """Wait until everybody was told who can be told now; nobody is after that."""
        self._ended.put("end")
        self._thread.join()

    def _run(self) -> None:
        while (ended := self._next()) != "end":
            self._look(ended)
        self._look(None)
        if self._database:
            self._database.close()

    def _next(self) -> Build | Literal["end"] | None:
        """What ended; None where nothing did, and it is time to look for people."""
        try:
            return self._ended.get(timeout=self._pause)
        except queue.Empty:
            return None

    def _look(self, ended: Build | None) -> None:
        self._pause = LOOKS_EVERY
        try:
            if ended:
                mark(ended, self._config)
            if self._database is None and self._config.has_database:
                self._database = Database.open(self._config.database)
            if self._database:
                tell_the_rest(self._database, self._config, self._stop)
        except UnavailableError as error:
            log.warning("News of builds wait for their database: %s", error)
            self._pause = WAITS_FOR_DATABASE
        except Exception:
            log.exception("Telling how a build ended broke off and goes on")


def mark(build: Build, config: Config) -> None:
    """Show on its commit, at the git host, how a build ended."""
    if build.commit is None:
        return
    try:
        mark_commit(_status(build, build.commit, config), config.git)
    except SendingError as error:
        log.warning("The commit could not be marked: %s", error)


def _status(build: Build, commit: str, config: Config) -> CommitStatus:
    base_url = config.site.base_url
    if build.state == "published":
        return CommitStatus(commit, True, "Published", base_url)
    found = REASON.search(build.log)
    said = found.group(1) if found else "Publishing failed"
    return CommitStatus(commit, False, said, base_url and f"{base_url}/dashboard/builds")


def tell_the_rest(database: Database, config: Config, stop: threading.Event) -> None:
    """Mail the last failure to those who have not heard of it and may be told by now.

    Who cannot be told is told after a pause, and not at all after as many tries as a ticket has.
    Between two people it ends where ``stop`` is set.
    """
    if stop.is_set() or not untold.is_due(database, _now()):
        return
    failure = untold.take(database, _now(), _lease(config))
    if failure:
        _Round(database, config, failure).tell(stop)


def _lease(config: Config) -> dt.timedelta:
    """Longer than one mail takes: after it another process goes on for one that died."""
    return dt.timedelta(seconds=ANSWERS * config.contact.smtp.timeout)


class _Round:
    """One try to tell a failure to all; the first error that would meet them all ends it."""

    def __init__(self, database: Database, config: Config, failure: Untold) -> None:
        self._database, self._config, self._failure = database, config, failure
        self._waiting = deque(to for to in failure.to if to in config.git.notify)
        self._again: list[str] = []
        self._said = "whoever told it was stopped each time"

    def tell(self, stop: threading.Event) -> None:
        """Tell one after another; others take over where another process thinks us dead."""
        goes_on = self._failure.tries <= self._config.contact.retry.tries
        while goes_on and self._waiting and not stop.is_set():
            goes_on = self._reaches_others(self._waiting.popleft())
            if not self._keep(_lease(self._config)):
                return
        self._end()

    def _reaches_others(self, to: str) -> bool:
        """Tell one; False where nobody else could be told either."""
        try:
            mail = build_mail(self._failure.build, to, self._config)
            send_mail(mail, to, self._config.contact.smtp)
        except SendingError as error:
            return self._failed(to, error)
        except Exception as error:  # one address that we cannot write to must not hold up others
            log.exception("A failed build could not be told")
            return self._failed(to, SendingError(type(error).__name__, theirs=True))
        return True

    def _failed(self, to: str, error: SendingError) -> bool:
        if error.refused:
            log.warning("The failed build is not told to everybody: %s", error)
            return True
        if self._failure.tries == 1 and not self._again:
            log.warning("The failed build could not be told to everybody yet: %s", error)
        self._said = str(error)
        self._again.append(to)  # last: the next try begins with somebody else
        return error.theirs

    def _end(self) -> None:
        """Keep who is left for the next try, if there is to be one."""
        tries, retry = self._failure.tries, self._config.contact.retry
        if tries > retry.tries or (self._again and tries == retry.tries):
            self._give_up()
        self._keep(pause_after(tries, retry) if self._again else dt.timedelta())

    def _give_up(self) -> None:
        count = len(self._waiting) + len(self._again)
        what = "The failed build was not told to %d of those in git.notify, and will not be: %s"
        log.warning(what, count, self._said)
        self._waiting.clear()
        self._again.clear()

    def _keep(self, pause: dt.timedelta) -> bool:
        left = (*self._waiting, *self._again)
        return untold.keep(self._database, self._failure, left, _now() + pause)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
