"""Settings: environment over kb.toml over defaults; a mistake names the setting and the remedy."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from unittest.mock import Mock

import pytest
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import InitErrorDetails

from kb.config import Config, Site, load_config
from kb.config_mistakes import told
from kb.errors import ConfigError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, in which we are."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "ARTICLES", "MODEL", "KEEP_SNAPSHOTS", "SITE", "LIMITS"):
        monkeypatch.delenv(f"KB_{name}", raising=False)
    return tmp_path


def wrong(toml: str) -> str:
    Path("kb.toml").write_text(toml)
    with pytest.raises(ConfigError) as caught:
        load_config()
    return str(caught.value)


def test_without_settings_the_defaults_hold() -> None:
    config = load_config()
    assert (config.data, config.articles, config.model) == (Path(".kb"), Path("articles"), "")
    assert config.site == Site()


def test_the_environment_wins_over_kb_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("kb.toml").write_text('data = "a"\nkeep_snapshots = 2\n[site]\nname = "Lamps"\n')
    monkeypatch.setenv("KB_DATA", "b")
    monkeypatch.setenv("KB_SITE__TAGLINE", "Ask us")
    config = load_config()
    assert (config.data, config.keep_snapshots) == (Path("b"), 2)
    assert (config.site.name, config.site.tagline) == ("Lamps", "Ask us")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_config().site.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("colour = 1", "unknown setting 'colour'"),
        ("[site]\nnmae = 'x'", "unknown setting 'site.nmae'"),
        ("[site]\ncolour = 'red'", "setting 'site.colour': 'red': "),
        ("[site]\nlanguage = 'english'", "setting 'site.language': 'english': "),
        ("[site]\nbase_url = 'help.example.com'", "an address that starts with https:// expected"),
        ("[site]\ncontact_url = 'help@acme.example'", "starts with https:// or mailto: expected"),
        ("keep_snapshots = 0", "setting 'keep_snapshots': 0: "),
        ("[limits]\nrender_seconds = -1", "setting 'limits.render_seconds': -1: "),
        ("[site", "kb.toml: "),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_its_value(toml: str, said: str) -> None:
    assert said in wrong(toml)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (
            "KB_WIDGET__ORIGINS",
            "https://a.example",
            """: 'https://a.example': a list in JSON expected, such as ["one", "two"]""",
        ),
        ("KB_SITE__LANGUAGES", "es", """: 'es': a list in JSON expected, such as ["one", "two"]"""),
        (
            "KB_WIDGET__HINT",
            "Ask us",
            """: 'Ask us': JSON expected, such as "words" or {"en": "words"}""",
        ),
        ("KB_SITE", "x", """: JSON expected, such as {"name": "value"}"""),
        (
            "KB_CONTACT__WEBHOOKS",
            '[{"secret": "hunter2"',
            """: a list in JSON expected, such as [{"name": "value"}]""",
        ),
    ],
)
def test_a_variable_that_should_be_json_is_named_with_an_example(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_GIT__REPO", value)  # the same value elsewhere is not meant
    monkeypatch.setenv(variable, value)
    assert wrong("") == variable + said


def test_a_misspelt_variable_is_named_and_not_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SITE__NAEM", "x")
    assert wrong("").startswith("KB_SITE__NAEM: unknown setting 'site.naem' (")
    assert "kb.toml: unknown setting 'site.nmae'" in wrong("[site]\nnmae = 'x'")


def test_a_file_that_is_not_utf8_is_named_with_its_line() -> None:
    Path("kb.toml").write_bytes(b'data = "a"\n# Espa\xf1ol\n')
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert str(caught.value) == "kb.toml:2: byte 0xf1 is not UTF-8 (save the file as UTF-8)"


def test_a_file_that_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("kb.toml").write_text('data = "a"')
    denied = PermissionError(errno.EACCES, "Permission denied", "kb.toml")
    monkeypatch.setattr(tomllib, "load", Mock(side_effect=denied))  # root may read everything
    with pytest.raises(ConfigError, match=r"^kb\.toml: Permission denied \(make it readable for"):
        load_config()


def secrets(model: type[BaseModel], name: str = "") -> Iterator[str]:
    """Every setting whose type hides its value, by its name."""
    for step, field in model.model_fields.items():
        place = f"{name}.{step}".removeprefix(".")
        if field.annotation is SecretStr:
            yield place
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secrets(kind, place)


def test_no_mistake_shows_a_secret() -> None:
    found = [*secrets(Config), "secret_key", "database_url"]
    assert "git.hooks.github" in found
    assert "contact.webhooks.secret" in found
    for name in found:
        steps = tuple(name.split("."))
        part = InitErrorDetails(type="string_type", loc=steps, input="hunter2")
        error = ValidationError.from_exception_data("Config", [part])
        assert "hunter2" not in told(error)
        assert f"setting {name!r}: " in told(error)


def test_a_secret_that_is_too_short_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_GIT__HOOKS__GITHUB", "hunter2")
    said = wrong("")
    assert "setting 'git.hooks.github': Value error, at least 16 characters expected" in said
    assert "hunter2" not in said
    monkeypatch.delenv("KB_GIT__HOOKS__GITHUB")
    said = wrong('contact.webhooks = [["hunter2", { secret = "hunter2" }]]')
    assert "setting 'contact.webhooks.0': " in said
    assert "hunter2" not in said
    assert "hunter2" not in wrong('contact.smtp = "hunter2"')
    webhook = 'name = "desk"\nurl = "hooks.example/hunter2"\nsecret = "0123456789abcdef"'
    said = wrong(f"[[contact.webhooks]]\n{webhook}")
    assert "setting 'contact.webhooks.0.url': Value error, an address" in said
    assert "hunter2" not in said


def test_every_mistake_is_told_at_once() -> None:
    assert len(wrong("keep_snapshots = 0\n[site]\ncolour = 'red'").splitlines()) == 2


@pytest.mark.parametrize(
    ("base_url", "prefix"),
    [
        ("", ""),
        ("https://help.example.com", ""),
        ("https://example.com/help/", "/help"),
        ("/help", "/help"),
    ],
)
def test_the_portal_lives_under_the_path_of_its_address(base_url: str, prefix: str) -> None:
    assert Site(base_url=base_url).prefix == prefix


def test_a_site_knows_all_its_languages() -> None:
    site = Site(language="de", languages=("en", "fr"))
    assert site.all_languages == {"de", "en", "fr"}
