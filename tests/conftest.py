"""What every test may use: the real data where it is there, and small real sites."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from filelock import FileLock
from hypothesis import settings
from stores import (  # noqa: F401 - fixtures
    database,
    database_url,
    empty_url,
    migrated,
    postgresql,
    postgresql_url,
    sqlite_url,
)
from traffic import visited, visited_postgresql, visited_sqlite  # noqa: F401 - fixtures

from indexer.publish import Report, publish
from indexer.source import read_folder
from kb import passwords
from kb.config import Config, Site
from search.engine import Engine

settings.register_profile("exploring", deadline=None)  # a busy machine is no mistake
settings.register_profile("the same", settings.get_profile("exploring"), derandomize=True)
settings.load_profile("the same")  # what fails here fails for everybody; `make soak` explores

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
ARTICLES = ROOT / "articles"


class Silence:
    """Progress that is not shown."""

    def step(self, name: str, total: int) -> Callable[[], None]:
        return lambda: None


def publish_folder(folder: Path, data: Path, site: Site | None = None) -> Report:
    """Publish a folder as ``kb publish`` does, without its check of titles."""
    config = Config(data=data, articles=folder, site=site or Site())
    content = read_folder(folder, config.site, config.limits)
    return publish(content, config, lambda *_: (), Silence())


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real articles and real questions; absent where only the product was cloned."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data is not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the workers of this run share; without workers, this process's own."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that one worker makes while those that come meanwhile wait; read it only."""
    made = folder.with_name(f"{folder.name}.made")
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not made.exists():
            make(folder)
            made.touch()
    return folder


PublishReal = Callable[[str, Path], None]


@pytest.fixture(scope="session")
def publish_real(request: pytest.FixtureRequest, shared_data: Path, models: Path) -> PublishReal:
    """Publish one of the real help centres, by its name, in a new data folder.

    Its vectors stay in pytest's cache, by text and recipe, as ``kb publish`` keeps them: to make
    those of firefox takes the better part of a minute.
    """
    assert request.config.cache
    kept = request.config.cache.mkdir("vectors")

    def make(name: str, data: Path) -> None:
        (data / "cache").mkdir(parents=True)
        (data / "models").symlink_to(models)
        for path in kept.glob(f"{name}/vectors-*"):
            shutil.copyfile(path, data / "cache" / path.name)
        publish_folder(shared_data / "eval" / name / "articles", data)
        for path in (data / "cache").glob("vectors-*"):
            _replace(path, kept / name / path.name)

    return make


def _replace(source: Path, target: Path) -> None:
    """Copy a file so that whoever reads the target finds it whole."""
    target.parent.mkdir(exist_ok=True)
    partial = target.with_name(f"partial-{os.getpid()}")
    shutil.copyfile(source, partial)
    partial.replace(target)


@pytest.fixture(scope="session")
def models(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the default model, exported once for all tests and loaded for this process."""
    from indexer.models import prepare_encoder

    exported = once(run_folder / "exported", lambda folder: prepare_encoder("", folder))
    folder = tmp_path_factory.mktemp("worker") / "models"
    folder.symlink_to(exported)
    encoder = prepare_encoder("", folder)
    yield folder
    del encoder  # as long as something uses a model, whoever opens it gets the same copy


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models ``cls``, ``mean`` and ``dense``."""
    folder = tmp_path_factory.mktemp("tiny")
    program = [sys.executable, str(ROOT / "tests" / "tiny_models.py"), str(folder)]
    subprocess.run(program, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture
def data(tmp_path: Path, models: Path) -> Path:
    """An empty data folder that already has the exported model."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return folder


@pytest.fixture(scope="session")
def published(run_folder: Path, tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A data folder in which the product's own help centre is published; read it only."""

    def make(folder: Path) -> None:
        folder.mkdir()
        (folder / "models").symlink_to(models.resolve())
        publish_folder(ARTICLES, folder)

    made = once(run_folder / "handbook", make)
    folder = tmp_path_factory.mktemp("worker") / "published"  # a server leaves something in it
    return Path(shutil.copytree(made, folder, symlinks=True))


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Digests that cost next to nothing, where passwords are not what is tested."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


SHOP = {
    "orders/returns.md": """---
title: Send something back
summary: How to return an order and get your money back.
keywords: [refund, money back]
pin: [return policy]
order: 1
products: [lamps]
---

You have 30 days to return an order that you do not like.

## Print the label

Open **Orders**, choose the order and press *Return*. Print the label and stick it on the parcel.

## When the money arrives

We pay back within five working days after the parcel has reached us.
""",
    "orders/tracking.md": """---
title: Where is my parcel?
products: [chairs]
---

Follow the link in the mail that we sent when the parcel left our warehouse.

## Nothing moves

Wait two days, then write to us. Parcels sometimes rest at the customs office.
""",
    "account/password.md": """---
title: Reset your password
---

Press **Forgotten your password?** on the sign-in page and open the link in our mail.

## The mail does not arrive

Look into the spam folder. The error code E-4711 means that the address is unknown.
""",
    "account/close.md": """# Close your account

Write to us and we delete your account, its orders and addresses for good.
""",
    "es/account/password.md": """---
title: Restablecer la contraseña
---

Pulse **¿Ha olvidado la contraseña?** y abra el enlace de nuestro correo.
""",
    "zh/account/password.md": """---
title: 重置密码
---

在登录页面点击“忘记密码”，然后打开邮件中的链接。
""",
}


def write_site(folder: Path, files: dict[str, str]) -> Path:
    """Write articles to a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A data folder in which a small shop's articles are published; read it only."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "models").symlink_to(models)
    articles = write_site(tmp_path_factory.mktemp("shop-articles"), SHOP)
    publish_folder(articles, folder, Site(languages=("es", "zh")))
    return folder


@pytest.fixture(scope="session")
def engine(shop: Path) -> Engine:
    """The shop's engine."""
    return Engine.open(shop)
