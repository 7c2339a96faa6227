"""What ``kb preview`` shows: every article, hidden ones too, in a data folder of its own.

A whole build takes seconds, and a writer who saves a file wants to see it now. So the one article
is rendered at once, over what was built last; links to it, lists and search follow with the build.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from indexer.checks import check_centre
from indexer.checks.centre import Centre
from indexer.lock import publishing
from indexer.prepare import Prepared, job_of
from indexer.publish import Made, Progress, make, refuse_nothing, serve, write
from indexer.rehearsal import share
from indexer.rendering import Job
from indexer.snapshot import Snapshot, StoredPage
from indexer.source import Content, duplicates, read, with_hidden
from indexer.tree import FolderTree
from kb.articles import Article, ParsedArticle, parse_article
from kb.check_rules import BROKEN_LINK, MISSING_IMAGE, Flaw
from kb.config import Config
from kb.errors import Finding
from kb.links import resolve
from kb.page import Page

FOLDER = "preview"
KEPT = 2
"""Snapshots: the one that is built, and the one that still answers while it is."""

Render = Callable[[Job], Page]


@dataclass(frozen=True, slots=True)
class Ground:
    """All articles as they were built last; ``doubles`` are those that another one hides."""

    made: Made
    snapshot: Snapshot
    doubles: tuple[Finding, ...]

    @property
    def content(self) -> Content:
        """The articles as they were read."""
        return self.made.build.content


@dataclass(frozen=True, slots=True)
class Edited:
    """One article as it was saved after the build, and what its writer should mend in it."""

    article: Article
    page: StoredPage
    flaws: tuple[Flaw, ...]


def own_settings(config: Config) -> Config:
    """The settings of a preview: all of the site's but where it lives and what it writes to."""
    data = config.data / FOLDER
    share(config.data, data)
    site = config.site.model_copy(update={"base_url": "", "trusted_proxies": 0})
    own = {"data": data, "site": site, "database_url": "", "secret_key": ""}
    return config.model_copy(update=own)


def build(folder: Path, config: Config, progress: Progress) -> Ground:
    """Read a folder and make a snapshot of all its articles, in the preview's own data folder.

    ContentError where they cannot be published; the snapshot before stays then.
    """
    read_all = read(FolderTree(folder), config.site, config.limits)
    doubles = duplicates([*read_all.articles, *read_all.hidden])
    content = _whole(read_all)
    refuse_nothing(content)
    with publishing(config.data):
        made = make(content, config, progress)
        snapshot, sha256 = write(made.build, config.data, progress)
        serve(config.data, snapshot.id, sha256, KEPT)
    return Ground(made, snapshot, tuple(doubles))


def _whole(content: Content) -> Content:
    """Hidden articles among the others, and no longer among what is left out."""
    whole = with_hidden(content)
    shown = {parsed.article.path for parsed in whole.articles}
    left_out = tuple(one for one in content.left_out if one.path not in shown)
    return replace(whole, left_out=left_out)


def findings(ground: Ground, today: dt.date) -> list[Flaw]:
    """What ``kb check`` says of all articles without search and the model."""
    build = ground.made.build
    centre = Centre(ground.content, build.prepared, build.linked, build.site_lang, today)
    return check_centre(centre)


def parse(data: bytes, path: str, config: Config) -> ParsedArticle | None:
    """The article of a file; None where it is none now. ContentError where it cannot be read."""
    if len(data) > config.limits.article_bytes:
        return None
    site = config.site
    parsed = parse_article(data, path, site.language, site.all_languages)
    return parsed if isinstance(parsed, ParsedArticle) else None


def edit(ground: Ground, parsed: ParsedArticle, render: Render, today: dt.date) -> Edited:
    """Render one article among the others as they were built, and check it alone."""
    page = render(job_of(parsed, ground.content.fragments))
    linked = ground.made.build.linked
    html, _ = resolve(page.html, linked.links)
    alone = Centre(
        replace(ground.content, articles=(parsed,), notes=parsed.notes),
        [Prepared(page, passages=(), terms=(), spans=(), words=())],
        replace(linked, pages=(html,)),
        ground.made.build.site_lang,
        today,
    )
    return Edited(parsed.article, StoredPage(html, page.headings), tuple(_own_flaws(alone)))


def _own_flaws(alone: Centre) -> Iterator[Flaw]:
    """Findings in the article itself; a file that is there is linked to by the next build."""
    (parsed,) = alone.content.articles
    there = {
        reference.line
        for _, page, _ in alone.pages()
        for reference in page.references
        if Path(alone.content.tree.place, unquote(reference.target.partition("#")[0])).is_file()
    }
    for flaw in check_centre(alone):
        waits = flaw.rule in (BROKEN_LINK, MISSING_IMAGE) and flaw.line in there
        if flaw.path == parsed.article.path and not waits:
            yield flaw
