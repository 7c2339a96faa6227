"""Articles, notices and attachments from a folder, every file of it accounted for."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kb.articles import Fragment, ParsedArticle, parse_article
from kb.config import Limits, Site
from kb.errors import ConfigError, ContentError, Finding
from kb.notices import ParsedNotice, is_notice, parse_notice

MARKDOWN = frozenset({".md", ".markdown"})
ASSET_TYPES = frozenset(
    ".png .jpg .jpeg .gif .webp .avif .svg .ico .pdf .zip .csv .txt .json .xml .yaml .yml .docx "
    ".xlsx .pptx .odt .ods .mp4 .webm .mp3 .ogg .wav .ino .hex .bin".split()
)
SHA = re.compile(r"^[0-9a-f]{40,64}$")


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a folder holds: articles, notices, what was left out and why, attachments."""

    articles: tuple[ParsedArticle, ...]
    left_out: tuple[Fragment, ...]
    assets: tuple[str, ...]
    notes: tuple[Finding, ...]
    root: Path
    commit: str | None
    notices: tuple[ParsedNotice, ...] = ()

    @property
    def fragments(self) -> dict[str, str]:
        """Text of the pieces that articles may include, by path."""
        return {one.path: one.text for one in self.left_out if one.text}


def read_folder(root: Path, site: Site, limits: Limits) -> Content:
    """Read every Markdown file below ``root``; ContentError lists all that cannot be published."""
    if not root.is_dir():
        raise ConfigError(f"{root}: no such folder (name the articles' folder, or set KB_ARTICLES)")
    paths, passed_over = _files(root)
    texts = [path for path in paths if _suffix(path) in MARKDOWN]
    parsed, errors = _parse_all(root, [p for p in texts if not is_notice(p)], site, limits)
    notices, wrong = _parse_notices(root, [p for p in texts if is_notice(p)], site, limits)
    errors += wrong
    articles = [one for one in parsed if isinstance(one, ParsedArticle)]
    left_out = passed_over + [one for one in parsed if isinstance(one, Fragment)]
    now = dt.datetime.now(dt.UTC)
    hidden = [(one, _hidden(one, now)) for one in articles]
    left_out += [Fragment(one.article.path, reason) for one, reason in hidden if reason]
    errors += _duplicates([one for one, reason in hidden if not reason])
    if errors:
        raise ContentError(errors)
    public = tuple(one for one, reason in hidden if not reason)
    notes = [note for one in articles for note in one.notes]
    assets, too_large = _assets(root, [p for p in paths if _suffix(p) in ASSET_TYPES], limits)
    return Content(
        articles=public,
        left_out=tuple(left_out),
        assets=assets,
        notes=(*notes, *too_large),
        root=root,
        commit=_commit(root),
        notices=tuple(notices),
    )


def _files(root: Path) -> tuple[list[str], list[Fragment]]:
    """Every file by its path below root, sorted, and what is none of our files, with the reason."""
    paths = sorted(_walk(root))
    reasons = {path: _foreign(root, path) for path in paths}
    passed_over = [Fragment(_readable(path), reason) for path, reason in reasons.items() if reason]
    return [path for path in paths if not reasons[path]], passed_over


def _walk(root: Path) -> Iterator[str]:
    """Paths of files and of links to folders, which are not followed; dotted names are others'."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        for name in (*files, *linked):
            if not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()


def _foreign(root: Path, path: str) -> str:
    """Why something in the folder is not read; empty for a plain file with a plain name."""
    if _readable(path) != path:
        return "its name is not UTF-8 (rename it)"
    if (root / path).is_symlink():
        return "a symbolic link, which may lead outside the folder (copy what it leads to)"
    return "" if (root / path).is_file() else "not a file"


def _readable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _parse_all(
    root: Path, paths: Sequence[str], site: Site, limits: Limits
) -> tuple[list[ParsedArticle | Fragment], list[Finding]]:
    """What every file is, and the errors of those that are nothing."""
    parsed: list[ParsedArticle | Fragment] = []
    errors: list[Finding] = []
    for path in paths:
        try:
            parsed.append(_parse(root, path, site, limits))
        except ContentError as error:
            errors += error.findings
    return parsed, errors


def _parse(root: Path, path: str, site: Site, limits: Limits) -> ParsedArticle | Fragment:
    too_large = _too_large(root, path, limits)
    if too_large:
        return Fragment(path, too_large)
    return parse_article(_read(root, path), path, site.language, site.all_languages)


def _parse_notices(
    root: Path, paths: Sequence[str], site: Site, limits: Limits
) -> tuple[list[ParsedNotice], list[Finding]]:
    """Every notice, and the errors of those that are none."""
    parsed: list[ParsedNotice] = []
    errors: list[Finding] = []
    for path in paths:
        try:
            parsed.append(_parse_notice(root, path, site, limits))
        except ContentError as error:
            errors += error.findings
    return parsed, errors


def _parse_notice(root: Path, path: str, site: Site, limits: Limits) -> ParsedNotice:
    too_large = _too_large(root, path, limits)
    if too_large:
        raise ContentError([Finding(path, 1, too_large, "shorten it", "error")])
    return parse_notice(_read(root, path), path, site.all_languages)


def _too_large(root: Path, path: str, limits: Limits) -> str:
    """What is said of a file that is too large; empty for others."""
    size, most = (root / path).stat().st_size, limits.article_bytes
    return f"too large: {size:,} bytes, the limit is {most:,}" if size > most else ""


def _read(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise ContentError([Finding(path, 1, what, "mend its permissions", "error")]) from None


def _assets(
    root: Path, paths: Sequence[str], limits: Limits
) -> tuple[tuple[str, ...], list[Finding]]:
    """Attachments that may be served, and a note for each that is too large."""
    sizes = {path: (root / path).stat().st_size for path in paths}
    notes = [
        Finding(
            path, 1, f"too large to serve: {size:,} bytes", f"the limit is {limits.asset_bytes:,}"
        )
        for path, size in sizes.items()
        if size > limits.asset_bytes
    ]
    return tuple(path for path in paths if sizes[path] <= limits.asset_bytes), notes


def _hidden(parsed: ParsedArticle, now: dt.datetime) -> str:
    """Why an article is not public; empty where it is."""
    if parsed.article.draft:
        return "a draft"
    moment = parsed.article.publish_at
    if moment and moment > now:
        return f"not before {moment:%Y-%m-%d %H:%M} UTC (publish again then)"
    return "internal" if parsed.article.visibility == "internal" else ""


def _duplicates(articles: Sequence[ParsedArticle]) -> list[Finding]:
    """An error for every article whose (language, slug) an earlier one holds."""
    first: dict[tuple[str, str], str] = {}
    errors = []
    for parsed in articles:
        lang, slug = parsed.article.key
        holder = first.setdefault(parsed.article.key, parsed.article.path)
        if holder != parsed.article.path:
            what = f"slug {slug!r} ({lang}) is already that of {holder}"
            remedy = "give one of the two another `slug:`"
            errors.append(Finding(parsed.article.path, 1, what, remedy, "error"))
    return errors


def _commit(root: Path) -> str | None:
    """The commit that is checked out, for people who compare sites; None outside git."""
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    commit = answer.stdout.strip()
    return commit if SHA.match(commit) else None
