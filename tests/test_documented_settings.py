"""Every settings file that an article shows can be pasted: whoever follows it is not refused."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from conftest import ROOT

from kb.config import load_config

BLOCK = re.compile(
    r"^(?P<indent> *)```toml[^\n]*\n(?P<toml>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)
SHOWN = [
    pytest.param(dedent(block["toml"]), id=f"{path.stem}:{number}")
    for path in sorted((ROOT / "articles").rglob("*.md"))
    for number, block in enumerate(BLOCK.finditer(path.read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize("toml", SHOWN)
def test_what_an_article_shows_is_accepted(
    toml: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kb.toml").write_text(toml, encoding="utf-8")
    assert load_config().model_fields_set


def test_no_article_shows_one_that_is_not_looked_at() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "articles").rglob("*.md")]
    assert len(SHOWN) == sum(len(re.findall(r"``` ?toml", text)) for text in texts) > 0
