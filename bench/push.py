"""How long a push takes to be live: git push, the host's signed call, a build, the served page.

    .venv/bin/python -m bench.push [--articles FOLDER] [--pushes 9]

A real bare repository, a real `kb serve`, and a call signed as GitHub signs it. Each push edits one
article; the clock runs from before the call until the page shows the edit.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import urllib3

from bench.processes import ROOT
from indexer.models import prepare_encoder

SECRET = "a secret that the bench and the server share"
PATIENCE = 120.0
http = urllib3.PoolManager()


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *who, "-C", folder, *arguments], check=True, capture_output=True)


@contextmanager
def served(data: Path, repository: Path) -> Iterator[str]:
    """A help centre that is published from the repository; its address."""
    settings = {
        "KB_DATA": str(data),
        "KB_GIT__REPO": str(repository),
        "KB_GIT__REF": "main",
        "KB_GIT__HOOKS__GITHUB": SECRET,
    }
    environment = {**os.environ, **settings}
    kb = [sys.executable, "-m", "kb"]
    subprocess.run([*kb, "publish", "--quiet"], env=environment, cwd=data, check=True)
    server = subprocess.Popen(
        [*kb, "serve", "--port", "0"], env=environment, cwd=data, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stderr
        found = next(filter(None, (re.search(r"http\S+?:\d+", line) for line in server.stderr)))
        yield found.group(0)
    finally:
        server.terminate()
        server.communicate()


def call(address: str, number: int) -> None:
    """Say that there was a push, as GitHub does."""
    body = json.dumps({"ref": "refs/heads/main", "after": "1" * 40}).encode()
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": str(number),
        "X-Hub-Signature-256": f"sha256={mac}",
    }
    answer = http.request("POST", f"{address}/hooks/git", body=body, headers=headers)
    assert answer.status == 202, answer.data


def wait_for(address: str, words: str) -> None:
    """Until a page says something."""
    deadline = time.monotonic() + PATIENCE
    while words not in http.request("GET", address).data.decode():
        assert time.monotonic() < deadline, f"{address} never said {words!r}"
        time.sleep(0.05)


@click.command()
@click.option(
    "--articles",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "data" / "eval" / "firefox" / "articles",
    show_default="../shared/data/eval/firefox/articles",
)
@click.option("--pushes", default=9, show_default=True)
def main(articles: Path, pushes: int) -> None:
    """Print the seconds from call to page: least, median, most."""
    with tempfile.TemporaryDirectory(prefix="kb-push-") as folder:
        work, bare, data = (Path(folder) / name for name in ("work", "bare.git", "data"))
        data.mkdir()
        prepare_encoder("", data / "models")
        shutil.copytree(articles, work)
        edited = work / "edited-by-the-bench.md"
        edited.write_text("# Edited by the bench\n\nEdit 0.\n")
        git(work, "init", "-q", "-b", "main")
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", "All")
        git(work, "clone", "-q", "--bare", str(work), str(bare))
        git(work, "remote", "add", "origin", str(bare))
        seconds = []
        with served(data, bare) as address:
            for number in range(1, pushes + 1):
                edited.write_text(f"# Edited by the bench\n\nThis is edit {number} of it.\n")
                git(work, "commit", "-q", "-am", f"Edit {number}")
                git(work, "push", "-q", "origin", "main")
                began = time.perf_counter()
                call(address, number)
                page = f"{address}/articles/edited-by-the-bench"
                wait_for(page, f"This is edit {number} of it.")
                seconds.append(time.perf_counter() - began)
        middle = statistics.median(seconds)
        click.echo(f"{pushes} pushes: {min(seconds):.1f} / {middle:.1f} / {max(seconds):.1f} s")


if __name__ == "__main__":
    main()
