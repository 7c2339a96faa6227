"""Publishing from git: `git push` is the button, and what was published before changes nothing."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import Silence
from repositories import Files, Repository, spy

from indexer.git.reading import opened
from indexer.history import Past
from indexer.manifest import MANIFEST
from indexer.pointer import open_current
from indexer.publish import Report, publish
from indexer.snapshot import HIDDEN, Snapshot
from indexer.source import read
from kb.cli import main
from kb.config import Config, Site
from kb.errors import ConfigError
from kb.git_settings import Git, filled
from webapp import create_app

Run = Callable[..., Result]
NO_MODEL = "/no/model: keyword search is enough here"
TIMES = "keyword/whoosh/"
"""Whoosh names its files at random; what is in them is what is in the rest."""
FORGE = "https://forge.example/acme/help"
LONG = "".join(f"Line {n} about lamps, their light and what they cost.\n" for n in range(20))
SITE = {
    "docs/refunds.md": f"# Refunds\n\n{LONG}",
    "docs/shipping.md": "# Shipping lamps\n\nWe ship lamps anywhere.\n",
    "docs/es/refunds.md": "# Reembolsos\n\nDevolvemos el dinero.\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.make(tmp_path / "help.git")
    repository.commit(SITE)
    return repository


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KB_MODEL", NO_MODEL)
    return lambda *words: CliRunner().invoke(main, list(words))


def publish_commit(repository: Repository, data: Path, ref: str = "", model: str = "") -> Report:
    """Publish as the command does, without its check of titles."""
    config = Config(data=data, model=model or NO_MODEL, site=Site(languages=("es",)))
    with opened(Git(repo=str(repository.path), ref=ref, path="docs"), data) as tree:
        content = read(tree, config.site, config.limits, data / "cache" / "parsed")
        return publish(content, config, lambda *_: (), Silence())


def test_the_command_publishes_a_branch_and_says_which_commit(
    kb: Run, repository: Repository, tmp_path: Path
) -> None:
    result = kb("publish", "--repo", str(repository.path), "--ref", "main", "--path", "docs")
    assert result.exit_code == 0, result.stderr
    commit = repository.id("main")
    assert f"{repository.path}: main at {commit}" in result.stderr
    assert "3 articles (en, es)" in result.stdout
    manifest = open_current(tmp_path / "data").manifest
    assert (manifest.source, manifest.ref, manifest.folder) == (
        str(repository.path),
        "main",
        "docs",
    )
    assert manifest.commit == commit
    report = kb("publish", "--repo", str(repository.path), "--path", "docs", "--json").stdout
    assert json.loads(report)["commit"] == commit


def test_the_settings_name_the_repository_and_options_come_before_them(
    kb: Run, repository: Repository, tmp_path: Path
) -> None:
    other = repository.commit({"docs/only.md": "# Only"}, branch="other", start="main")
    (tmp_path / "kb.toml").write_text(f'[git]\nrepo = "{repository.path}"\npath = "docs"\n')
    assert kb("publish").exit_code == 0
    assert open_current(tmp_path / "data").manifest.commit == repository.id("main")
    assert kb("publish", "--ref", "other").exit_code == 0
    assert open_current(tmp_path / "data").manifest.commit == other


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("docs", "--repo", "x"), "FOLDER, or --repo with --ref and --path: not both"),
        (("--ref", "main"), "name it (--repo)"),
        (("--repo", "nowhere"), "repository 'nowhere': no such folder"),
    ],
)
def test_what_cannot_be_meant_is_said_and_exits_with_2(
    words: tuple[str, ...], said: str, kb: Run, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    result = kb("publish", *words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_an_empty_repository_is_refused_rather_than_another_published(
    kb: Run, tmp_path: Path
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/a.md").write_text("# A\n\nText.\n")
    for words in (("--repo", ""), ("articles", "--repo", "")):
        result = kb("publish", *words)
        assert (result.exit_code, "--repo is empty" in result.stderr) == (2, True), words


def test_findings_name_files_as_the_repository_does(kb: Run, repository: Repository) -> None:
    repository.commit({"docs/gone.md": "# Gone\n\n[x](nowhere.md)\n", "docs/tools/x.md": "Text"})
    place = ("publish", "--repo", str(repository.path), "--path", "docs")
    noted = kb(*place)
    assert noted.exit_code == 0, noted.stderr
    assert "docs/gone.md:3: link to 'nowhere.md'" in noted.stderr
    assert "\n  docs/tools/x.md\n" in noted.stderr
    assert {"docs/tools/x.md"} == {
        one["path"] for one in json.loads(kb(*place, "--json").stdout)["left_out"]
    }
    repository.commit({"docs/bad.md": b"# Bad\n\xff"})
    failed = kb(*place)
    assert failed.exit_code == 1
    assert "Error: docs/bad.md:2: " in failed.stderr


def test_a_folder_that_is_missing_is_told_with_its_commit(kb: Run, repository: Repository) -> None:
    result = kb("publish", "--repo", str(repository.path), "--path", "help")
    assert result.exit_code == 2
    assert f"main at {repository.id('main')}\n" in result.stderr
    assert "Error: path 'help': no such folder" in result.stderr


def test_nothing_to_publish_names_the_repository(kb: Run, repository: Repository) -> None:
    repository.commit({"empty/x.txt": "Text"})
    result = kb("publish", "--repo", repository.path.name, "--path", "empty")
    assert f"Error: {repository.path.name}:1: no article" in result.stderr


def test_a_repository_that_cannot_be_reached_exits_with_3_and_changes_nothing(
    kb: Run, repository: Repository, tmp_path: Path
) -> None:
    kb("publish", "--repo", str(repository.path), "--path", "docs")
    before = open_current(tmp_path / "data").id
    result = kb("publish", "--repo", "http://127.0.0.1:1/help.git")
    assert result.exit_code == 3
    assert "could not be fetched" in result.stderr
    assert open_current(tmp_path / "data").id == before


def test_judged_queries_of_the_commit_are_in_its_snapshot(
    repository: Repository, tmp_path: Path
) -> None:
    publish_commit(repository, tmp_path / "data")
    assert open_current(tmp_path / "data").judged is None
    repository.commit({"evaluation/queries.jsonl": "{}", "evaluation/qrels.tsv": "x"})
    publish_commit(repository, tmp_path / "data")
    judged = open_current(tmp_path / "data").judged
    assert judged is not None
    assert sorted(one.name for one in judged.iterdir()) == ["qrels.tsv", "queries.jsonl"]


def test_a_snapshot_of_an_older_release_knows_no_past(
    repository: Repository, tmp_path: Path
) -> None:
    publish_commit(repository, tmp_path / "data")
    snapshot = open_current(tmp_path / "data")
    for name in ("gone.json", "pasts.json"):
        (snapshot.folder / name).unlink()
    older = Snapshot(snapshot.folder, snapshot.manifest)
    assert (older.gone("/articles/x"), older.past(0), older.judged) == (None, Past(), None)


def test_pictures_come_out_of_the_repository(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"docs/a.md": "# A\n\n![x](x.png)", "docs/x.png": b"\x89PNG"})
    publish_commit(repository, tmp_path / "data")
    snapshot = open_current(tmp_path / "data")
    (name,) = (one for one in snapshot.manifest.files if one.startswith("assets/"))
    assert (snapshot.folder / name).read_bytes() == b"\x89PNG"


def content_of(snapshot: Snapshot) -> dict[str, str]:
    """What a snapshot holds, byte by byte, without what depends on the time it was made."""
    files = {name: sha for name, sha in snapshot.manifest.files.items() if TIMES not in name}
    files.pop(f"{HIDDEN}/{MANIFEST}", None)
    for one in (snapshot, snapshot.with_hidden()):
        said = one.manifest.model_dump_json(exclude={"created", "files"})
        files[str(one.folder / MANIFEST).partition(snapshot.id)[2]] = said
    return files


def edits(articles: dict[str, str], commits: int, seed: int) -> Iterator[Files]:
    """Everything at once, then what writers do: edit, rename, move, remove, add, bring back."""
    chance = random.Random(seed)
    here, removed = dict(articles), dict[str, str]()
    yield here
    for number in range(commits - 1):
        step: dict[str, str | None] = {}
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            path = chance.choice(sorted(here))
            text, what = here[path], chance.random()
            if what < 0.6:
                step[path] = here[path] = f"{text}\nEdited {number}.\n"
            elif what < 0.8 and len(here) > 1:
                new = f"docs/moved-{number}-{len(step)}/{Path(path).name}"
                removed[path] = here.pop(path)
                step |= {path: None, new: text}
                here[new] = text
            elif what < 0.9 and len(here) > 1:
                removed[path] = here.pop(path)
                step[path] = None
            elif removed:
                back = chance.choice(sorted(removed))
                step[back] = here[back] = removed.pop(back)
        yield step


def compare(repository: Repository, pairs: list[tuple[str, str]], folder: Path, model: str) -> None:
    """Whatever was published before, a commit's snapshot holds the same."""
    used = folder / "used"
    for number, (first, second) in enumerate(pairs):
        publish_commit(repository, used, first, model)
        publish_commit(repository, used, second, model)
        fresh = folder / f"fresh{number}"
        if (used / "models").is_dir():
            shutil.copytree(used / "models", fresh / "models")
        publish_commit(repository, fresh, second, model)
        incremental, full = open_current(used), open_current(fresh)
        assert content_of(incremental) == content_of(full), (first, second)
        shutil.rmtree(fresh)


def test_what_was_published_before_makes_no_difference(tmp_path: Path) -> None:
    repository = Repository.make(tmp_path / "small.git")
    articles = {
        f"docs/{n}.md": f"# Article {n}\n\n{LONG.replace('lamps', f'things {n}')}"
        for n in range(12)
    }
    articles["docs/12.md"] = f"---\ndraft: true\n---\n{articles['docs/11.md']}"
    ids = repository.commit_all(edits(articles, 40, seed=7))
    assert len(ids) == 40
    pairs = [(ids[5], ids[39]), (ids[39], ids[17]), (ids[17], ids[30])]
    compare(repository, pairs, tmp_path, model="")
    snapshot = open_current(tmp_path / "used")
    files = snapshot.manifest.files
    assert {"gone.json", "redirects.json", "pasts.json", "texts.json"} <= files.keys()
    assert f"{HIDDEN}/{MANIFEST}" in files
    assert snapshot._redirects
    assert snapshot._gone


@pytest.mark.soak
def test_twenty_pairs_of_four_hundred_commits_of_a_real_help_centre(
    tmp_path: Path, shared_data: Path, tiny: Path
) -> None:
    corpus = shared_data / "corpora/arduino-help-center/articles"
    articles = {
        f"docs/{path.relative_to(corpus).as_posix()}": path.read_text(encoding="utf-8")
        for path in sorted(corpus.rglob("*.md"))
    }
    repository = Repository.make(tmp_path / "arduino.git")
    ids = repository.commit_all(edits(articles, 400, seed=2026))
    chance = random.Random(20)
    pairs = [(chance.choice(ids), chance.choice(ids)) for _ in range(20)]
    compare(repository, pairs, tmp_path, model=str(tiny / "mean"))


def test_only_the_edited_article_is_done_again(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_commit(repository, tmp_path / "data")
    repository.commit({"docs/shipping.md": "# Shipping lamps\n\nNot to the moon.\n"})
    rendered = spy(monkeypatch, "indexer.prepare.render_all")
    parsed = spy(monkeypatch, "indexer.parsing.parse_article", position=1)
    publish_commit(repository, tmp_path / "data")
    assert [job.path for jobs in rendered for job in jobs] == ["shipping.md"]
    assert parsed == ["shipping.md"]


def test_a_renamed_article_keeps_its_address_and_a_removed_one_says_so(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(
        {"docs/refunds.md": None, "docs/billing/money-back.md": SITE["docs/refunds.md"]}
    )
    repository.commit({"docs/lamps.md": "# Lamps\n\nLamps give light.", "docs/shipping.md": None})
    publish_commit(repository, tmp_path / "data")
    config = Config(data=tmp_path / "data", model=NO_MODEL, site=Site(languages=("es",)))
    client = create_app(config).test_client()
    moved = client.get("/articles/refunds")
    assert (moved.status_code, moved.location) == (301, "/articles/billing/money-back")
    gone = client.get("/articles/shipping/")
    assert gone.status_code == 410
    assert "This article is no longer here" in gone.text
    assert 'href="/articles/lamps"' in gone.text
    assert "noindex" in gone.text
    assert client.get("/articles/never-was").status_code == 404


def test_addresses_for_programs_follow_renames_and_removals(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(
        {
            "docs/refunds.md": None,
            "docs/billing/money-back.md": SITE["docs/refunds.md"],
            "docs/es/refunds.md": None,
            "docs/es/dinero/el año.md": SITE["docs/es/refunds.md"],
            "docs/shipping.md": None,
        }
    )
    publish_commit(repository, tmp_path / "data")
    site = Site(languages=("es",), base_url="https://example.com/help")
    config = Config(data=tmp_path / "data", model=NO_MODEL, site=site)
    client = create_app(config).test_client()
    here = {"follow_redirects": True, "base_url": "https://example.com/help"}
    for old, new in (
        ("/articles/refunds.md", "/help/articles/billing/money-back.md"),
        ("/es/articles/refunds.md", "/help/es/articles/dinero/el%20a%C3%B1o.md"),
        ("/api/v1/articles/refunds", "/help/api/v1/articles/billing/money-back"),
        (
            "/api/v1/articles/refunds?lang=es",
            "/help/api/v1/articles/dinero/el%20a%C3%B1o?lang=es",
        ),
    ):
        moved = client.get(old, base_url="https://example.com/help")
        assert (moved.status_code, moved.location) == (301, new)
        assert moved.headers["Cache-Control"] == "no-cache"  # it may be renamed back
        assert client.get(old, **here).status_code == 200
    gone = client.get("/help/articles/shipping.md")
    assert (gone.status_code, gone.mimetype) == (410, "text/plain")
    assert gone.text == "This article is no longer here\n"
    problem = client.get("/help/api/v1/articles/shipping")
    assert (problem.status_code, problem.mimetype) == (410, "application/problem+json")
    assert "no longer here" in problem.get_json()["detail"]
    for path in ("/help/articles/never-was.md", "/help/api/v1/articles/never-was"):
        assert client.get(path).status_code == 404
    assert client.get("/help/api/v1/articles/shipping?lang=es").status_code == 404


def test_every_address_of_a_removed_article_says_so(repository: Repository, tmp_path: Path) -> None:
    old = "[/old/pay, /articles/refunds, /help/paying]"
    head = f"---\npermalink: /docs/pay.html\nredirect_from: {old}\n---\n"
    repository.commit({"docs/pay.md": f"{head}# Pay\n\nLamps."})
    repository.commit({"docs/pay.md": None})
    publish_commit(repository, tmp_path / "data")
    config = Config(data=tmp_path / "data", model=NO_MODEL, site=Site(languages=("es",)))
    client = create_app(config).test_client()
    for path in ("/docs/pay.html", "/old/pay", "/articles/docs/pay", "/articles/docs/pay.md"):
        assert client.get(path).status_code == 410, path
    assert client.get("/articles/refunds").status_code == 200
    below = Site(languages=("es",), base_url="https://example.com/help")
    client = create_app(config.model_copy(update={"site": below})).test_client()
    for path in ("/help/paying", "/help/old/pay"):
        assert client.get(path).status_code == 410, path


def test_a_page_leads_to_its_file_and_its_history(repository: Repository, tmp_path: Path) -> None:
    publish_commit(repository, tmp_path / "data")
    git = Git(
        edit_url=f"{FORGE}/edit/{{ref}}/{{path}}",
        history_url=f"{FORGE}/commits/{{commit}}/{{path}}",
        authors=True,
    )
    config = Config(data=tmp_path / "data", model=NO_MODEL, site=Site(languages=("es",)), git=git)
    page = create_app(config).test_client().get("/articles/refunds").text
    assert f'href="{FORGE}/edit/main/docs/refunds.md"' in page
    assert f'href="{FORGE}/commits/{repository.id("main")}/docs/refunds.md"' in page
    assert "Ann Writer" in page
    assert '<time datetime="2026-03-01">' in page
    plain = create_app(config.model_copy(update={"git": Git()}))
    other = plain.test_client().get("/articles/refunds").text
    assert FORGE not in other
    assert "Ann Writer" not in other


def test_an_address_is_filled_with_what_is_known_and_quoted() -> None:
    template = f"{FORGE}/edit/{{ref}}/{{path}}?at={{commit}}"
    assert filled(template, "a b/ñ?.md", "abc", "fix/1") == (
        f"{FORGE}/edit/fix/1/a%20b/%C3%B1%3F.md?at=abc"
    )
    assert filled(template, "a.md", None, "main") == ""
    assert filled(f"{FORGE}/{{path}}", "{ref}.md", None, None) == f"{FORGE}/%7Bref%7D.md"
    assert filled("", "a.md", "abc", "main") == ""


@pytest.mark.parametrize("template", ["javascript:alert(1)", "x/{path}", f"{FORGE}/{{file}}"])
def test_a_template_that_leads_nowhere_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"https://|stands for nothing"):
        Git(edit_url=template)


def test_a_wrong_setting_is_named_and_the_token_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb.config import load_config

    monkeypatch.chdir(tmp_path)
    (tmp_path / "kb.toml").write_text('[git]\ntoken = ["ghp_verysecret"]\n')
    with pytest.raises(ConfigError, match=r"git\.token") as caught:
        load_config()
    assert "ghp" not in str(caught.value)
