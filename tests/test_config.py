"""Settings: environment over kb.toml over defaults; a mistake names the setting and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.config import Site, load_config
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
        ("[site]\nbase_url = 'help.example.com'", "an address that starts with https://"),
        ("keep_snapshots = 0", "setting 'keep_snapshots': 0: "),
        ("[limits]\nrender_seconds = -1", "setting 'limits.render_seconds': -1: "),
        ("[site", "kb.toml: "),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_its_value(toml: str, said: str) -> None:
    assert said in wrong(toml)


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
