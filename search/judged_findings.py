"""What is wrong with the judged queries, as findings at their lines.

They stand beside the articles and change with them, so they are checked with them: a gate that asks
nothing, or for what is not there, lets every edit pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from indexer.source import Content
from kb.check_rules import JUDGED_REFUSED, JUDGED_UNKNOWN, Flaw
from kb.errors import Finding
from search.judgements import QUERIES, Reading, unanswered, unasked

FOLDER = "../evaluation"
"""As seen from the articles' folder."""


def judged_findings(own: Reading, content: Content, site_lang: str) -> Iterator[Flaw]:
    """A finding for each line that cannot be read, or that names what is not there.

    What an unread line would have named is taken to be there.
    """
    for one in own.refused:
        path = f"{FOLDER}/{PurePath(one.path).name}"
        yield Flaw(JUDGED_REFUSED, path, one.line, one.what, one.remedy)
    unread = any(one.path.endswith(QUERIES) for one in own.refused)
    names = {parsed.article.name(site_lang) for parsed in content.articles}
    notes: list[Finding] = []
    if not unread:
        notes += unasked(own.judged, FOLDER)
    if not content.refused:
        notes += unanswered(own.judged, names, FOLDER)
    for note in notes:
        yield Flaw(JUDGED_UNKNOWN, note.path, note.line, note.what, note.remedy)
