"""From an address and a ref to the articles of one commit, by every way to a repository."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import random
import stat
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from git_servers import git_server, web_page, write_ssh
from repositories import Files, Repository, git, pinned, spy

from indexer.git.fetching import MOST_PIECES, fetched
from indexer.git.place import Place, parse_place
from indexer.git.reading import opened
from indexer.source import Content, read
from kb.config import Limits, Site
from kb.errors import ConfigError, KBError, UnavailableError
from kb.git_settings import Git

TOKEN = "ghp_verysecret"
FILES: Files = {
    "docs/refunds.md": "# Refunds\n\nWithin 14 days.\n",
    "docs/billing/pay.md": "# Paying\n\n![card](card.png)\n",
    "docs/billing/card.png": b"\x89PNG",
    "README.md": "# The repository\n",
    "evaluation/queries.jsonl": '{"id": "1", "text": "refund"}\n',
    "evaluation/qrels.tsv": "query-id\tcorpus-id\tscore\n1\trefunds\t1\n",
}


@pytest.fixture
def help_(tmp_path: Path) -> Repository:
    repository = Repository.make(tmp_path / "remote" / "help.git")
    repository.commit(FILES)
    return repository


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def read_content(settings: Git, data: Path) -> Content:
    with opened(settings, data) as tree:
        return read(tree, Site(), Limits(), data / "cache")


def slugs(content: Content) -> list[str]:
    return [one.article.slug for one in content.articles]


def said(settings: Git, data: Path) -> str:
    """What is said where nothing can be published."""
    with pytest.raises(KBError) as caught:
        read_content(settings, data)
    return str(caught.value)


def test_a_bare_repository_is_read_without_a_checkout(help_: Repository, data: Path) -> None:
    content = read_content(Git(repo=str(help_.path)), data)
    assert slugs(content) == ["README", "docs/billing/pay", "docs/refunds"]
    assert content.assets == ("docs/billing/card.png",)
    assert content.commit == help_.id("main")
    assert (content.tree.ref, content.tree.place) == ("main", str(help_.path))
    assert not list(data.rglob("*.md"))


def test_a_working_copy_is_read_as_it_was_committed(help_: Repository, data: Path) -> None:
    copy = data.parent / "copy"
    git("clone", "--quiet", str(help_.path), str(copy), folder=data.parent)
    (copy / "docs/refunds.md").write_text("# Not committed yet")
    content = read_content(Git(repo=f"file://{copy}", path="docs"), data)
    assert [one.article.title for one in content.articles] == ["Paying", "Refunds"]


def test_a_folder_of_the_repository_is_a_site_of_its_own(help_: Repository, data: Path) -> None:
    content = read_content(Git(repo=str(help_.path), path="/docs/"), data)
    assert slugs(content) == ["billing/pay", "refunds"]
    assert content.tree.folder == "docs"


@pytest.mark.parametrize(("path", "found"), [("docs", True), ("", True), ("docs/billing", False)])
def test_judged_queries_come_from_beside_the_articles_at_the_same_commit(
    path: str, found: bool, help_: Repository, data: Path
) -> None:
    content = read_content(Git(repo=str(help_.path), path=path), data)
    expected = {name: str(FILES[name]).encode() for name in FILES if name.startswith("evaluation")}
    assert content.judged == (expected if found else {})


def test_a_branch_a_tag_and_a_full_id_each_name_one_commit(help_: Repository, data: Path) -> None:
    first = help_.id("main")
    git("tag", "v1", "main", folder=help_.path)
    git("-c", "user.name=n", "-c", "user.email=e", "tag", "-am", "x", "v2", "v1", folder=help_.path)
    second = help_.commit({"new.md": "# New"}, branch="fix/one", start="main")
    for ref, commit, name in (
        ("", first, "main"),
        ("main", first, "main"),
        ("v1", first, "v1"),
        ("v2", first, "v2"),
        ("refs/tags/v2", first, "v2"),
        ("fix/one", second, "fix/one"),
        (second, second, second),
        (first, first, first),
    ):
        assert pinned(help_.path, data, ref) == (commit, name), ref


def test_a_branch_comes_before_a_tag_of_its_name(help_: Repository, data: Path) -> None:
    git("tag", "same", "main", folder=help_.path)
    newer = help_.commit({"new.md": "# New"}, branch="same", start="main")
    assert pinned(help_.path, data, "same") == (newer, "same")


def test_what_was_published_stays_that_commit_while_the_branch_moves_on(
    help_: Repository, data: Path
) -> None:
    with opened(Git(repo=str(help_.path)), data) as tree:
        help_.commit({"docs/refunds.md": "# Later"})
        assert tree.read("docs/refunds.md") == b"# Refunds\n\nWithin 14 days.\n"
    with opened(Git(repo=str(help_.path)), data) as tree:
        assert tree.read("docs/refunds.md") == b"# Later"


def test_a_branch_that_was_forced_back_is_followed(help_: Repository, data: Path) -> None:
    first = help_.id("main")
    help_.commit({"docs/refunds.md": "# Later"})
    pinned(help_.path, data)
    git("update-ref", "refs/heads/main", first, folder=help_.path)
    assert pinned(help_.path, data) == (first, "main")


def test_repositories_with_longer_ids_are_read_too(data: Path) -> None:
    longer = Repository.make(data.parent / "longer.git", "--object-format=sha256")
    longer.commit({"a.md": "# A"})
    longer.commit({"b.md": "# B"})
    for _ in range(2):
        content = read_content(Git(repo=str(longer.path)), data)
        assert (slugs(content), content.commit) == (["a", "b"], longer.id("main"))
    assert len(longer.id("main")) == 64


def test_only_what_is_new_is_fetched_and_parsed(
    help_: Repository, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_content(Git(repo=str(help_.path)), data)
    help_.commit({"docs/refunds.md": "# Refunds\n\nWithin 30 days.\n"})
    parsed = spy(monkeypatch, "indexer.parsing.parse_article", position=1)
    with git_server(help_.path.parent) as server:
        settings = Git(repo=f"{server.url}/help.git")
        after = read_content(settings, data)
        assert parsed == ["docs/refunds.md"]
        fetched_once = len(server.requests)
        read_content(settings, data)
        assert "POST /help.git/git-upload-pack" in server.requests[:fetched_once]
    assert after.articles[:2] == before.articles[:2]
    assert "30 days" in after.articles[2].body


def test_what_is_read_again_is_exactly_what_was_read_first(help_: Repository, data: Path) -> None:
    odd = "---\ntitle: Odd\nextra: 2020-01-01\nnested: {a: [1, null, true, 1.5]}\n---\nText\n"
    help_.commit({"docs/odd.md": odd, "docs/_piece.md": "Piece\n"})
    first = read_content(Git(repo=str(help_.path)), data)
    again = read_content(Git(repo=str(help_.path)), data)
    fresh = read_content(Git(repo=str(help_.path)), data.parent / "other")
    for content in (again, fresh):
        assert content.articles == first.articles
        assert content.left_out == first.left_out
        assert content.fragments == first.fragments


def test_sizes_are_right_however_git_packed_the_files(help_: Repository, data: Path) -> None:
    chance = random.Random(3)
    words = [f"{chance.getrandbits(40):x}" for _ in range(4_000)]
    steps: list[Files] = []
    for number in range(20):
        for _ in range(200):
            words[chance.randrange(len(words))] = f"{chance.getrandbits(40):x}"
        steps.append({"docs/refunds.md": " ".join(words), f"docs/{number}.md": " ".join(words)})
    help_.commit_all(steps)
    git("gc", "--quiet", "--aggressive", folder=help_.path)
    with git_server(help_.path.parent) as server:
        for repo in (f"{server.url}/help.git", str(help_.path)):
            with opened(Git(repo=repo), data) as tree:
                sizes = {one.path: one.size for one in tree.files()}
                assert sizes == {path: len(tree.read(path)) for path in sizes}


def test_over_http_with_a_token(help_: Repository, data: Path) -> None:
    with git_server(help_.path.parent, TOKEN) as server:
        settings = Git.model_validate({"repo": f"{server.url}/help.git", "token": TOKEN})
        content = read_content(settings, data)
        assert len(content.articles) == 3
        wrong = settings.model_copy(update={"token": Git(token="ghp_wrong").token})
        told = said(wrong, data)
        none = said(Git(repo=f"{server.url}/help.git"), data)
        missing = said(settings.model_copy(update={"repo": f"{server.url}/gone.git"}), data)
    refused = f"{server.url}/help.git: access was refused"
    assert told == f"{refused} (the token in KB_GIT__TOKEN is not accepted: set another)"
    assert none == f"{refused} (set KB_GIT__TOKEN to a token that may read the repository)"
    assert "there is no repository, or it is hidden" in missing
    written = b"".join(one.read_bytes() for one in data.rglob("*") if one.is_file())
    assert TOKEN.encode() not in written
    assert "ghp" not in told + none + missing


def test_over_ssh_with_the_words_that_are_meant(
    help_: Repository, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = write_ssh(data.parent / "bin")
    monkeypatch.setenv("PATH", f"{log.parent}{os.pathsep}{os.environ['PATH']}")
    content = read_content(Git(repo=f"git@help.example:{help_.path}"), data)
    assert len(content.articles) == 3
    words = log.read_text().splitlines()
    assert words[-2:] == ["git@help.example", f"git-upload-pack '{help_.path}'"]
    assert words[:4] == ["-o", "BatchMode=yes", "-o", "ConnectTimeout=20"]
    read_content(Git(repo=f"ssh://help.example:2222{help_.path}"), data)
    assert log.read_text().splitlines()[5:7] == ["-p", "2222"]


@pytest.mark.filterwarnings("ignore:unclosed Protocol:ResourceWarning")  # dulwich's, when ssh fails
def test_what_ssh_says_is_passed_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = write_ssh(data.parent / "bin")
    (log.parent / "ssh").write_text(
        "#!/bin/sh\necho 'Permission denied (publickey).' >&2\nexit 255\n"
    )
    monkeypatch.setenv("PATH", f"{log.parent}{os.pathsep}{os.environ['PATH']}")
    told = said(Git(repo="git@help.example:acme/help.git"), data)
    assert told.startswith("git@help.example:acme/help.git: ssh: Permission denied (publickey).")
    assert "let the key of the user who runs kb read the repository" in told
    gc.collect()


def test_a_wrong_ref_is_told_what_may_have_been_meant(help_: Repository, data: Path) -> None:
    for branch in ("release", "spring"):
        help_.commit({"x.md": "# X"}, branch=branch, start="main")
    place = str(help_.path)
    assert said(Git(repo=place, ref="mian"), data) == (
        f"ref 'mian': no such branch or tag in {place}: did you mean main?"
    )
    assert said(Git(repo=place, ref="zzz"), data).endswith("there are main, release, spring")
    assert "full id" in said(Git(repo=place, ref=help_.id("main")[:10]), data)
    assert "no branch or tag leads to this commit" in said(Git(repo=place, ref="a" * 40), data)


def test_a_wrong_path_is_told_what_may_have_been_meant(help_: Repository, data: Path) -> None:
    place = str(help_.path)
    assert "path 'dosc': no such folder in" in said(Git(repo=place, path="dosc"), data)
    assert "(did you mean docs?)" in said(Git(repo=place, path="dosc"), data)
    assert "there are docs, evaluation" in said(Git(repo=place, path="zzz"), data)
    assert "path 'README.md': is no folder in" in said(Git(repo=place, path="README.md"), data)
    assert "no such folder in" in said(Git(repo=place, path="../docs"), data)


def test_a_repository_without_a_commit_says_so(data: Path) -> None:
    empty = Repository.make(data.parent / "empty.git")
    assert said(Git(repo=str(empty.path)), data) == (
        f"no commit yet in {empty.path}: it is empty (push a commit)"
    )


def test_a_ref_that_leads_to_no_commit_says_what_it_is(help_: Repository, data: Path) -> None:
    git("tag", "picture", "main:docs/billing/card.png", folder=help_.path)
    assert said(Git(repo=str(help_.path), ref="picture"), data) == (
        "ref 'picture': leads to a blob (name a branch or a commit)"
    )


def test_a_folder_that_is_no_repository_and_a_server_that_is_away(data: Path) -> None:
    data.mkdir()
    assert "is no git repository" in said(Git(repo=str(data)), data)
    with pytest.raises(UnavailableError, match=r"^http://127\.0\.0\.1:1/x: could not be fetched"):
        read_content(Git(repo="http://127.0.0.1:1/x"), data)


def test_a_server_that_is_away_is_named_in_one_line(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        told = said(Git(repo="https://127.0.0.1:1/help.git"), data)
        unknown = said(Git(repo="https://no.such.host.invalid/help.git"), data)
    assert told == (
        "https://127.0.0.1:1/help.git: could not be fetched: 127.0.0.1 cannot be reached: "
        "Connection refused (mend the address, or try again once it answers)"
    )
    assert "no.such.host.invalid cannot be reached: " in unknown
    assert "Pool" not in unknown
    assert caplog.records == [], "the library's tries are nobody's news"


def test_an_address_of_a_web_page_is_told_so(data: Path) -> None:
    with web_page() as url:
        told = said(Git(repo=f"{url}/help.git"), data)
        wrong = said(Git.model_validate({"repo": f"{url}/help.git", "token": TOKEN}), data)
    what = "the address leads to a web page, not to a repository (mend the address, or"
    assert told.startswith(f"{url}/help.git: {what} set KB_GIT__TOKEN")
    assert wrong.startswith(f"{url}/help.git: {what} the token in KB_GIT__TOKEN is not accepted")


def test_several_may_fetch_at_once(help_: Repository, data: Path) -> None:
    names = ("a", "b", "c")
    ids = [help_.commit({f"{name}.md": "# X"}, branch=name, start="main") for name in names]
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        found = processes.map(pinned, [help_.path] * 3, [data] * 3, names)
        assert [commit for commit, _ in found] == ids


def test_a_copy_that_is_damaged_is_made_anew(help_: Repository, data: Path) -> None:
    pinned(help_.path, data)
    (copy,) = (data / "git").glob("*.git")
    (copy / "HEAD").unlink()
    assert pinned(help_.path, data) == (help_.id("main"), "main")


def test_a_copy_in_many_pieces_is_made_anew(help_: Repository, data: Path) -> None:
    pinned(help_.path, data)
    (copy,) = (data / "git").glob("*.git")
    for number in range(MOST_PIECES):
        (copy / f"objects/pack/pack-{number:040x}.pack").write_bytes(b"")
    pinned(help_.path, data)
    assert len(list((copy / "objects/pack").glob("*.pack"))) == 1


def test_a_clone_that_is_not_whole_is_told_how_to_become_so(help_: Repository, data: Path) -> None:
    help_.commit({"docs/refunds.md": "# Refunds\n\nWithin 30 days.\n"})
    shallow = data.parent / "shallow"
    git("clone", "--quiet", "--depth=1", f"file://{help_.path}", str(shallow), folder=data.parent)
    assert said(Git(repo=str(shallow)), data) == (
        f"{shallow}: an object is missing; is it a shallow clone? (git fetch --unshallow)"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://e.com/a.git", Place("", "https", "/a.git", "e.com")),
        (
            "https://bot@e.com:8443/a",
            Place("https://e.com:8443/a", "https", "/a", "e.com", 8443, "bot"),
        ),
        (
            "https://x-token-auth@e.com/a",
            Place("", "https", "/a", "e.com", None, "x-token-auth"),
        ),
        ("http://localhost/a", Place("", "http", "/a", "localhost")),
        ("ssh://git@e.com:22/a/b", Place("", "ssh", "/a/b", "e.com", 22, "git")),
        ("git@e.com:a/b.git", Place("", "ssh", "a/b.git", "e.com", None, "git")),
        ("e.com:~ann/b", Place("", "ssh", "~ann/b", "e.com")),
    ],
)
def test_an_address_is_taken_apart(text: str, expected: Place) -> None:
    place = parse_place(text)
    assert place == replace(expected, shown=expected.shown or text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "--upload-pack=touch /tmp/x",
        "-x:y",
        "ext::sh -c id",
        "git://e.com/a",
        "ftp://e.com/a",
        "javascript:alert(1)//://x",
        "ssh://-oProxyCommand=id/x",
        "ssh://-l@e.com/x",
        "-oProxyCommand=id@e.com:x",
        "git@-oProxyCommand=id:x",
        "git@e.com:-x",
        "ssh://e.com/-x",
        "https://e.com",
        "https:///a",
        "https://e.com:port/a",
        "https://e.com/a?x=1",
        "https://e.com/a\nb",
        "https://[::1/a",
        "file:///no/such/folder",
        "/no/such/folder",
    ],
)
def test_what_is_no_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^repository "):
        parse_place(text)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigError, match=r"there is a password in it .*KB_GIT__TOKEN") as caught:
        parse_place("https://ann:hunter2@e.com/a.git")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://ann:hunter2@hunter2@e.com/a.git",
        "https://ann:hunter2/hunter2@e.com/a.git",
        "https://ann:hunter2?hunter2@e.com/a.git",
        "https://e.com/a.git?private_token=hunter2",
        "https://e.com/a.git#hunter2",
        "https://hunter2@/a.git",
        "https://-hunter2@e.com/a.git",
        "https://hunter2@e.com",
        "ftp://ann:hunter2@e.com/a.git",
    ],
)
def test_whatever_is_wrong_with_an_address_its_secrets_are_not_shown(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^repository ") as caught:
        parse_place(text)
    assert "hunter2" not in str(caught.value)


def test_a_token_in_the_place_of_a_name_is_used_and_not_shown() -> None:
    place = parse_place("https://ghp_hunter2@github.com/acme/help@home.git")
    assert place.user == "ghp_hunter2"
    assert place.shown == "https://github.com/acme/help@home.git"


def test_a_token_is_not_sent_unencrypted_over_a_network(data: Path) -> None:
    place = parse_place("http://e.com/a.git")
    with (
        pytest.raises(ConfigError, match="would send the token unencrypted"),
        fetched(place, "main", TOKEN, data),
    ):
        pass


def test_the_copy_is_nobodys_working_copy(help_: Repository, data: Path) -> None:
    pinned(help_.path, data)
    (copy,) = (data / "git").glob("*.git")
    assert not list((copy / "hooks").iterdir())
    programs = [
        one for one in data.rglob("*") if one.is_file() and one.stat().st_mode & stat.S_IXUSR
    ]
    assert not programs
