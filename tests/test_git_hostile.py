"""Repositories made to do harm: refused by name or published safely, and nothing else touched."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from dulwich.objects import Blob, ObjectID, Tree
from dulwich.repo import Repo
from git_servers import git_server
from repositories import Repository, git, plant, plant_commit

from indexer.git import reading, remote
from indexer.git.fetching import fetched
from indexer.git.objects import Objects
from indexer.git.place import parse_place
from indexer.git.reading import opened
from indexer.source import Content, read
from kb.config import Limits, Site
from kb.errors import ConfigError, ContentError, UnavailableError
from kb.git_settings import Git

FILE, LINK, FOLDER, SUBMODULE = 0o100644, 0o120000, 0o040000, 0o160000
GOOD = (FILE, b"# Good\n\nText.\n")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.make(tmp_path / "remote" / "help.git")


@pytest.fixture(autouse=True)
def nothing_else_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything but the data folder and the remote is as it was: home, scratch, working folder."""
    for name in ("home", "scratch", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "secret.md").write_text("# Secret")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.chdir(tmp_path / "here")
    yield
    names = {path.name for path in tmp_path.iterdir()}
    assert names <= {"home", "scratch", "here", "secret.md", "data", "remote"}
    assert not [*(tmp_path / "home").iterdir(), *(tmp_path / "here").iterdir()]
    assert not list((tmp_path / "scratch").iterdir())
    assert (tmp_path / "secret.md").read_text() == "# Secret"


TOO_LARGE = r"takes too much memory to unpack \(take it out"


def publishable(repository: Repository, limits: Limits | None = None, **git_: str) -> Content:
    data = repository.path.parents[1] / "data"
    settings = Git.model_validate({"repo": str(repository.path), **git_})
    with opened(settings, data) as tree:
        content = read(tree, Site(), limits or Limits(), data / "cache")
        for path in content.assets:
            tree.read(path)
    _no_name_reached_the_disk(data)
    return content


def _no_name_reached_the_disk(data: Path) -> None:
    """Below the data folder there is nothing but what we name ourselves."""
    inside = {path.relative_to(data).parts[0] for path in data.rglob("*")}
    assert inside <= {"git", "cache"}
    (copy,) = (data / "git").glob("*.git")
    assert {one.name for one in copy.iterdir()} <= set(
        "HEAD branches config description hooks info objects refs shallow packed-refs".split()
    )


def reasons(content: Content) -> dict[str, str]:
    return {one.path: one.reason for one in content.left_out}


def test_links_and_submodules_are_named_and_not_followed(repository: Repository) -> None:
    plant(
        repository.path,
        {
            b"good.md": GOOD,
            b"link.md": (LINK, b"../../secret.md"),
            b"etc": (LINK, b"/etc"),
            b"module": (SUBMODULE, b"x"),
        },
    )
    content = publishable(repository)
    assert [one.article.slug for one in content.articles] == ["good"]
    left = reasons(content)
    assert left["link.md"] == left["etc"]
    assert left["etc"].startswith("a symbolic link")
    assert left["module"].startswith("a submodule")


@pytest.mark.parametrize(
    "name",
    [
        b"..",
        b".",
        b"../x.md",
        b"../../secret.md",
        b"/etc/x.md",
        b"a/../x.md",
        b"a\\..\\x.md",
        b".git",
        b".GIT",
        b".Git ",
        b"git~1",
        b".g\xe2\x80\x8cit",
        b".git::$INDEX_ALLOCATION",
        b"a\nb.md",
        b"a\x1b[2Jb.md",
        b"caf\xe9.md",
        b"\xff\xfe.md",
        b"x" * 2_000 + b".md",
    ],
)
def test_a_name_that_could_lead_elsewhere_is_refused_by_name(
    name: bytes, repository: Repository
) -> None:
    plant(repository.path, {b"good.md": GOOD, name: (FILE, b"# Bad")})
    content = publishable(repository)
    assert [one.article.slug for one in content.articles] == ["good"]
    ((path, reason),) = reasons(content).items()
    assert path.isprintable()
    assert reason


@pytest.mark.parametrize("name", [b"..", b".git", b"a\\b", b"\xff"])
def test_a_folder_with_such_a_name_is_not_entered(name: bytes, repository: Repository) -> None:
    with Repo(str(repository.path)) as opened_:
        blob = Blob.from_string(b"# Inside")
        inner, outer = Tree(), Tree()
        inner.add(b"inside.md", FILE, blob.id)
        outer.add(name, FOLDER, inner.id)
        outer.add(b"good.md", FILE, blob.id)
        for one in (blob, inner, outer):
            opened_.object_store.add_object(one)
        plant_commit(opened_, outer)
    content = publishable(repository)
    assert [one.article.slug for one in content.articles] == ["good"]
    assert len(content.left_out) == 1


def test_an_attachment_whose_name_leads_elsewhere_is_none(repository: Repository) -> None:
    picture = (FILE, b"# A\n\n![x](../../x.png) ![y](<a\\..\\y.png>)\n")
    plant(repository.path, {b"a.md": picture, b"a\\..\\y.png": (FILE, b"png")})
    assert publishable(repository).assets == ()


def test_a_huge_file_is_left_out_without_being_unpacked(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    zeros = b"0" * 30_000_000
    repository.commit({"good.md": "# Good", "huge.md": zeros, "huge.png": zeros + b"1"})
    repository.commit({"huge.md": zeros + b"\n2"})  # as a difference to the one before
    git("gc", "--quiet", folder=repository.path)
    unpacked: list[bytes] = []
    blob = Objects.blob

    def noted(objects: Objects, blob_id: ObjectID) -> bytes:
        unpacked.append(blob(objects, blob_id))
        return unpacked[-1]

    monkeypatch.setattr(Objects, "blob", noted)
    content = publishable(repository)
    assert reasons(content) == {"huge.md": "too large: 30,000,002 bytes, the limit is 2,000,000"}
    assert [note.path for note in content.notes] == ["huge.png"]
    assert max(map(len, unpacked)) < 100


def test_a_file_that_inflates_beyond_all_measure_does_not_take_the_memory(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many times the limit: memory that this process has freed before costs nothing to take again.
    repository.commit({"good.md": "# Good", "bomb.bin": bytes(400_000_000)})
    monkeypatch.setattr(remote, "MOST_MEMORY", 50_000_000)
    with git_server(repository.path.parent) as server:
        for repo in (str(repository.path), f"{server.url}/help.git"):
            with pytest.raises(UnavailableError, match=TOO_LARGE):
                publishable(repository, repo=repo)


def test_a_file_that_the_library_itself_refuses_is_named_as_too_large(
    repository: Repository,
) -> None:
    repository.commit({"good.md": "# Good", "large.bin": bytes(100_000)})
    git("config", "core.bigFileThreshold", "50000", folder=repository.path)
    with pytest.raises(UnavailableError, match=TOO_LARGE):
        publishable(repository)


@pytest.mark.soak
def test_fifty_thousand_files_are_read(repository: Repository) -> None:
    plant(
        repository.path,
        {**{b"f%05d.txt" % n: (FILE, b"%d" % (n % 9)) for n in range(50_000)}, b"a.md": GOOD},
    )
    content = publishable(repository)
    assert len(content.assets) == 50_000
    assert [one.article.slug for one in content.articles] == ["a"]


def test_more_files_than_anyone_has_are_refused_however_few_objects_they_take(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten folders that each hold the one below ten times: 10 billion files in 11 objects."""
    monkeypatch.setattr(reading, "MOST_FILES", 10_000)
    with Repo(str(repository.path)) as opened_:
        blob = Blob.from_string(b"# Bomb")
        opened_.object_store.add_object(blob)
        mode, inner = FILE, blob.id
        for _ in range(10):
            tree = Tree()
            for number in range(10):
                tree.add(b"%d.md" % number, mode, inner)
            opened_.object_store.add_object(tree)
            mode, inner = FOLDER, tree.id
        plant_commit(opened_, tree)
    with pytest.raises(ContentError, match=r"more than 10,000 files \(name the articles' folder"):
        publishable(repository)


def test_folders_within_folders_end_somewhere(repository: Repository) -> None:
    with Repo(str(repository.path)) as opened_:
        blob = Blob.from_string(b"# Deep")
        opened_.object_store.add_object(blob)
        tree = Tree()
        tree.add(b"deep.md", FILE, blob.id)
        for _ in range(1_100):
            opened_.object_store.add_object(tree)
            outer = Tree()
            outer.add(b"d", FOLDER, tree.id)
            tree = outer
        tree.add(b"good.md", FILE, blob.id)
        opened_.object_store.add_object(tree)
        plant_commit(opened_, tree)
    content = publishable(repository)
    assert [one.article.slug for one in content.articles] == ["good"]
    assert list(reasons(content).values()) == ["its path is too long"]


@pytest.mark.parametrize(
    "ref",
    [
        "--upload-pack=touch x",
        "-",
        "--",
        "main..x",
        "refs/../../x",
        "a b",
        "x~1",
        "main^{tree}",
        "main:docs",
        "@{-1}",
        "a\0b",
        "a\nb",
        "x.lock",
        "/",
        "*",
        "\udcff",
    ],
)
def test_a_ref_that_could_be_an_option_or_a_path_is_refused_by_name(
    ref: str, repository: Repository
) -> None:
    plant(repository.path, {b"good.md": GOOD})
    place = parse_place(str(repository.path))
    data = repository.path.parents[1] / "data"
    with pytest.raises(ConfigError, match=r"^ref "), fetched(place, ref, "", data):
        pass


def test_a_branch_may_be_called_almost_anything(repository: Repository) -> None:
    for ref in ("feature/refunds", "données", "v1.2-rc", "HEAD", "refs"):
        plant(repository.path, {b"good.md": GOOD}, ref)
        assert publishable(repository, ref=ref).tree.ref == ref


def test_what_a_repository_says_about_itself_is_not_obeyed(repository: Repository) -> None:
    """Attributes, submodules, LFS pointers and hooks are files like any others, or nothing."""
    marker = repository.path.parents[1] / "home" / "ran"
    plant(
        repository.path,
        {
            b".gitattributes": (FILE, b"* filter=evil text eol=crlf ident\n"),
            b".gitmodules": (FILE, b'[submodule "x"]\n path = x\n url = ext::sh -c id\n'),
            b"a.md": (FILE, b"# A $Id$\n\nline\n"),
        },
    )
    for hook in ("post-checkout", "post-update", "pre-receive", "reference-transaction"):
        script = repository.path / "hooks" / hook
        script.write_text(f"#!/bin/sh\ntouch {marker}\n")
        script.chmod(0o755)
    with (repository.path / "config").open("a") as config:
        config.write(f"[core]\n fsmonitor = touch {marker}\n sshCommand = touch {marker}\n")
        config.write(f'[filter "evil"]\n smudge = touch {marker}\n')
        config.write(f"[uploadpack]\n packObjectsHook = touch {marker}\n")
    (parsed,) = publishable(repository).articles
    assert parsed.article.title == "A $Id$"
    assert parsed.body.strip() == "line" or "line" in parsed.body
    assert not marker.exists()


def test_an_object_that_is_not_what_its_name_says_is_never_read(repository: Repository) -> None:
    plant(repository.path, {b"good.md": GOOD})
    blob = Blob.from_string(GOOD[1])
    path = repository.path / "objects" / blob.id[:2].decode() / blob.id[2:].decode()
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 6\0# Evil"))
    with pytest.raises(UnavailableError, match=r"could not be fetched: Checksum mismatch"):
        publishable(repository)


def test_an_object_that_is_missing_is_named(repository: Repository) -> None:
    plant(repository.path, {b"good.md": GOOD})
    blob = Blob.from_string(GOOD[1])
    (repository.path / "objects" / blob.id[:2].decode() / blob.id[2:].decode()).unlink()
    with pytest.raises(UnavailableError, match=r"an object is missing"):
        publishable(repository)


def test_a_commit_that_makes_no_sense_does_not_hide_the_ones_after_it(
    repository: Repository,
) -> None:
    repository.commit({"a.md": "# A"})
    repository.commit({"b.md": "# B"})
    with Repo(str(repository.path)) as opened_:
        tree = opened_[b"refs/heads/main"].tree  # type: ignore[attr-defined]
        broken = Blob.from_string(b"no tree")
        opened_.object_store.add_object(broken)
        first = plant_commit(opened_, Tree(), "broken")
        bad = opened_[first]
        bad.tree = broken.id  # type: ignore[attr-defined]
        opened_.object_store.add_object(bad)
        after = opened_[b"refs/heads/main"].copy()
        after.parents = [bad.id]  # type: ignore[attr-defined]
        after.tree = tree  # type: ignore[attr-defined]
        opened_.object_store.add_object(after)
        opened_.refs[b"refs/heads/main"] = after.id  # type: ignore[index]
    content = publishable(repository)
    assert [one.article.slug for one in content.articles] == ["a", "b"]
