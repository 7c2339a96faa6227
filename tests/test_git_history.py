"""What the log says: who changed an article when, and where the ones went that are not there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from dulwich.repo import Repo
from hypothesis import given
from hypothesis import strategies as st
from repositories import NOON, Repository, plant

from indexer.git.reading import opened
from indexer.history import Addresses, Fate, History, Past, addresses, replay
from indexer.source import Content, read
from indexer.tree import Change, File, Step
from kb.config import Limits, Site
from kb.git_settings import Git

DAY = dt.timedelta(days=1)
LONG = "# {}\n\n" + "".join(
    f"Line {n} of an article about lamps and their light.\n" for n in range(20)
)
SITE = Site(languages=("es",))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.make(tmp_path / "help.git")


def read_now(repository: Repository, ref: str = "", path: str = "", fresh: str = "data") -> Content:
    data = repository.path.parent / fresh
    with opened(Git(repo=str(repository.path), ref=ref, path=path), data) as tree:
        return read(tree, SITE, Limits(), data / "cache")


def old_addresses(content: Content) -> Addresses:
    urls = [one.article.url("en") for one in content.articles]
    return addresses(content.history.fates, {url: url for url in urls})


def text(title: str) -> str:
    return LONG.format(title)


def test_an_article_was_updated_when_its_file_last_changed(repository: Repository) -> None:
    repository.commit({"a.md": "# A", "b.md": "# B"}, at=NOON)
    repository.commit({"a.md": "# A\n\nmore"}, at=NOON + DAY)
    repository.commit({"other.txt": "x"}, at=NOON + 2 * DAY)
    dates = {one.article.slug: one.article.updated for one in read_now(repository).articles}
    assert dates == {"a": (NOON + DAY).date(), "b": NOON.date()}


def test_a_writers_own_date_comes_before_the_logs(repository: Repository) -> None:
    repository.commit({"a.md": "---\nupdated: 2020-02-20\n---\n# A"})
    (parsed,) = read_now(repository).articles
    assert parsed.article.updated == dt.date(2020, 2, 20)


def test_authors_are_named_once_whoever_was_there_last_first(repository: Repository) -> None:
    first = repository.commit({"a.md": "# A"}, author="Ann")
    second = repository.commit({"a.md": "# A2"}, author="Bob \x1b[31m\x07")
    third = repository.commit({"a.md": "# A3"}, author="Ann")
    past = read_now(repository).history.past("a.md")
    assert past.authors == ("Ann", "Bob [31m")
    assert [one.commit for one in past.revisions] == [third, second, first]
    assert past.count == 3


def test_a_renamed_article_takes_its_past_along_and_its_address_leads_on(
    repository: Repository,
) -> None:
    repository.commit({"old/a.md": text("A")}, author="Ann", at=NOON)
    repository.commit({"old/a.md": None, "new/b.md": text("A, said better")}, at=NOON + DAY)
    content = read_now(repository)
    assert content.history.past("new/b.md").count == 2
    assert "old/a.md" not in content.history.pasts
    assert old_addresses(content) == Addresses({"/articles/old/a": "/articles/new/b"}, {})


def test_an_address_leads_on_through_every_rename(repository: Repository) -> None:
    for old, new in ((None, "a"), ("a", "b"), ("b", "c"), ("c", "es/c")):
        gone: dict[str, str | bytes | None] = {f"{old}.md": None} if old else {}
        repository.commit({**gone, f"{new}.md": text("T")})
    moved = old_addresses(read_now(repository)).moved
    assert moved == {f"/articles/{name}": "/es/articles/c" for name in "abc"}


def test_a_removed_article_is_gone_with_its_last_title(repository: Repository) -> None:
    repository.commit({"a.md": text("First title"), "b.md": "# B"})
    repository.commit({"a.md": text("Last title")})
    repository.commit({"a.md": None})
    assert old_addresses(read_now(repository)) == Addresses({}, {"/articles/a": "Last title"})


def test_what_was_renamed_and_then_removed_is_gone_under_both_names(
    repository: Repository,
) -> None:
    repository.commit({"a.md": text("T"), "keep.md": "# K"})
    repository.commit({"a.md": None, "b.md": text("T")})
    repository.commit({"b.md": None})
    assert old_addresses(read_now(repository)).gone == {"/articles/a": "T", "/articles/b": "T"}


def test_what_led_to_a_removed_article_is_gone_with_it(repository: Repository) -> None:
    chairs = text("B").replace("lamps", "chairs")
    repository.commit(
        {
            "a.md": "---\npermalink: /docs/pay.html\nredirect_from: /old/a\n---\n" + text("A"),
            "b.md": "---\nredirect_from: /old/b\n---\n" + chairs,
            "c.md": "---\nredirect_from: [/old/c]\n---\n# Secret plan",
            "d.md": "# D",
        }
    )
    repository.commit({"b.md": None, "moved/b.md": chairs})
    assert old_addresses(read_now(repository)) == Addresses(
        {"/articles/b": "/articles/moved/b"}, {}
    )
    repository.commit({"a.md": None, "c.md": "---\ndraft: true\n---\n# Secret plan"})
    gone = dict.fromkeys(("/articles/docs/pay", "/docs/pay.html", "/old/a"), "A")
    hidden = dict.fromkeys(("/articles/c", "/old/c"), "")
    assert old_addresses(read_now(repository)).gone == gone | hidden


def test_what_a_removed_article_claimed_leads_where_git_knows(repository: Repository) -> None:
    repository.commit({"a.md": text("T")})
    repository.commit({"a.md": None, "b.md": text("T")})
    repository.commit({"z.md": "---\nredirect_from: /articles/a\n---\n# Z"})
    repository.commit({"z.md": None})
    moved = {"/articles/a": "/articles/b"}
    assert old_addresses(read_now(repository)) == Addresses(moved, {"/articles/z": "Z"})


def test_an_article_that_came_back_is_not_gone(repository: Repository) -> None:
    repository.commit({"a.md": text("T")})
    repository.commit({"a.md": None, "b.md": text("T")})
    repository.commit({"b.md": None, "a.md": text("T")})
    assert old_addresses(read_now(repository)) == Addresses({"/articles/b": "/articles/a"}, {})


def test_two_articles_that_are_renamed_at_once_keep_their_own_pasts(repository: Repository) -> None:
    one, other = text("One"), text("Other").replace("lamps", "chairs").replace("Line", "Row")
    repository.commit({"a.md": one, "b.md": other}, author="Ann")
    repository.commit({"b.md": other + "more\n"}, author="Bob")
    repository.commit({"a.md": None, "b.md": None, "c.md": one, "d.md": other + "more\n"})
    history = read_now(repository).history
    assert history.past("c.md").count == 2
    assert history.past("d.md").authors == ("Ann Writer", "Bob", "Ann")


def test_a_new_slug_in_the_same_file_moves_the_article_too(repository: Repository) -> None:
    repository.commit({"a.md": "---\nslug: old place\n---\n# A"})
    repository.commit({"a.md": "---\nslug: new\n---\n# A"})
    assert old_addresses(read_now(repository)).moved == {"/articles/old place": "/articles/new"}


def test_an_article_that_was_hidden_is_gone_without_a_word_of_it(repository: Repository) -> None:
    repository.commit({"a.md": text("Secret plan"), "b.md": text("Draft"), "c.md": "# C"})
    repository.commit({"a.md": "---\nvisibility: internal\n---\n" + text("Secret plan")})
    repository.commit({"b.md": "---\ndraft: true\n---\n" + text("Draft")})
    assert old_addresses(read_now(repository)).gone == {"/articles/a": "", "/articles/b": ""}
    repository.commit({"a.md": None})
    assert old_addresses(read_now(repository)).gone["/articles/a"] == ""


def test_what_was_never_public_leaves_no_trace(repository: Repository) -> None:
    repository.commit(
        {
            "a.md": "---\ndraft: true\n---\n# A",
            "b.md": "---\npublish_at: 2027-01-01\n---\n# B",
            "_c.md": "# C",
            "notices/d.md": "---\ntitle: D\nlevel: info\n---\nD",
            ".github/e.md": "# E",
            "f.md": b"\xff",
            "g.md": "# G",
        }
    )
    repository.commit(dict.fromkeys(("a.md", "b.md", "_c.md", ".github/e.md", "f.md")))
    content = read_now(repository)
    assert old_addresses(content) == Addresses({}, {})


def test_a_merge_is_one_step_by_those_who_wrote_the_branch(repository: Repository) -> None:
    repository.commit({"a.md": "# A", "b.md": "# B"}, author="Ann", at=NOON)
    repository.commit({"a.md": "# A2"}, author="Bob", branch="fix", start="main", at=NOON + DAY)
    repository.commit({"a.md": "# A3"}, author="Eve", branch="fix", at=NOON + 2 * DAY)
    repository.commit({"b.md": "# B2"}, author="Zoe", at=NOON + 3 * DAY)
    merged = NOON + 4 * DAY
    merge = repository.commit({"a.md": "# A3"}, author="Merger", merge="fix", at=merged)
    content = read_now(repository)
    past = content.history.past("a.md")
    assert (past.count, past.revisions[0].commit, past.updated) == (2, merge, merged.date())
    assert past.revisions[0].authors == ("Eve", "Bob")
    assert content.history.past("b.md").authors == ("Zoe", "Ann")


def test_a_rename_on_a_branch_is_found_where_it_is_merged(repository: Repository) -> None:
    repository.commit({"a.md": text("T")})
    repository.commit({"x.md": "# X"}, branch="fix", start="main")
    repository.commit({"a.md": None, "b.md": text("T")}, branch="fix", author="Bob")
    repository.commit({"y.md": "# Y"})
    moved: dict[str, str | bytes | None] = {"a.md": None, "b.md": text("T"), "x.md": "# X"}
    repository.commit(moved, merge="fix")
    content = read_now(repository)
    assert old_addresses(content).moved == {"/articles/a": "/articles/b"}
    assert content.history.past("b.md").authors == ("Bob", "Ann Writer")


def test_paths_count_from_the_published_folder(repository: Repository) -> None:
    repository.commit({"docs/a.md": text("T"), "a.md": "# Not published"})
    repository.commit({"docs/a.md": None, "docs/b.md": text("T"), "a.md": None})
    content = read_now(repository, path="docs")
    assert old_addresses(content) == Addresses({"/articles/a": "/articles/b"}, {})
    assert content.history.past("b.md").count == 2


def test_a_date_that_no_calendar_has_is_no_date(repository: Repository) -> None:
    repository.commit({"a.md": "# A"}, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    plant(repository.path, {b"a.md": (0o100644, b"# Later")})
    with Repo(str(repository.path)) as planted:
        commit = planted[b"refs/heads/main"]
        commit.commit_time = 2**60  # type: ignore[attr-defined]
        planted.object_store.add_object(commit)
        planted.refs[b"refs/heads/main"] = commit.id  # type: ignore[index]
    (parsed,) = read_now(repository).articles
    assert parsed.article.updated is None


def test_any_order_of_publishing_gives_the_same_history(repository: Repository) -> None:
    ids = [
        repository.commit({"a.md": text("A"), "b.md": "# B"}),
        repository.commit({"a.md": None, "c.md": text("A")}),
        repository.commit({"b.md": None}),
        repository.commit({"b.md": "# B again"}),
        repository.commit({"c.md": None, "d.md": text("A")}),
    ]
    fresh = [read_now(repository, one, fresh=f"fresh{n}").history for n, one in enumerate(ids)]
    for order in ((4, 0, 2), (0, 1, 2, 3, 4), (2, 4, 3, 0), (4, 3, 2, 1, 0)):
        name = "".join(map(str, order))
        for number in order:
            assert read_now(repository, ids[number], fresh=name).history == fresh[number]


PATHS = st.sampled_from("abcd")
STEPS = st.lists(st.tuples(st.none() | PATHS, st.none() | PATHS), max_size=30)


@given(STEPS, st.sets(PATHS))
def test_every_address_leads_to_what_is_live_or_nowhere(
    pairs: list[tuple[str | None, str | None]], live: set[str]
) -> None:
    fates = {old: Fate(new or "", "title") for old, new in pairs if old and old != new}
    found = addresses(fates, {one: f"/{one}" for one in live})
    assert set(found.moved.values()) <= {f"/{one}" for one in live}
    assert not (found.moved.keys() | found.gone.keys()) & live
    assert not found.moved.keys() & found.gone.keys()


@given(STEPS, st.integers(0, 30))
def test_a_log_may_be_replayed_in_two_parts(
    pairs: list[tuple[str | None, str | None]], cut: int
) -> None:
    def file(name: str | None) -> File | None:
        return File(f"{name}.md") if name else None

    steps = [
        Step(str(n), NOON, (Change(file(old), file(new), (str(n),)),))
        for n, (old, new) in enumerate(pairs)
    ]
    whole = replay(History(), steps, lambda *_: None)
    half = replay(History(), steps[:cut], lambda *_: None)
    assert replay(half, steps[cut:], lambda *_: None) == whole
    assert all(isinstance(past, Past) and past.count >= 1 for past in whole.pasts.values())
