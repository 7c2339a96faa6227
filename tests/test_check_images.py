"""Images without words."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import centre, said

from indexer.checks.images import check_images


def test_an_image_without_alternative_text_is_found_at_its_line(tmp_path: Path) -> None:
    made = centre(tmp_path, {"a.md": "# T\n\ntext\n\n![](img/menu.png)\n"})
    assert said(list(check_images(made))) == [
        "missing-alt a.md:5: the image 'menu.png' has no alternative text "
        '(say in a few words what it shows, or write alt="" for a mere decoration)'
    ]


@pytest.mark.parametrize(
    "body",
    [
        "![The menu](menu.png)",
        '<img src="menu.png" alt="The menu">',
        '<img src="line.png" alt="">',
        "```\n![](menu.png)\n```",
        "<script>document.write('<img src=menu.png>')</script>",
    ],
)
def test_others_are_left_alone(body: str, tmp_path: Path) -> None:
    assert list(check_images(centre(tmp_path, {"a.md": f"# T\n\n{body}\n"}))) == []
