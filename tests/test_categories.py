"""Folder names as readers see them."""

from __future__ import annotations

import pytest

from kb.categories import category_title, category_titles


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("guides/for-writers", "For writers"),
        ("01_getting_started", "Getting started"),
        ("Store Support", "Store Support"),
        ("2fa", "2fa"),
        ("FAQ", "FAQ"),
        ("2024", "2024"),
        ("", ""),
    ],
)
def test_a_folder_name_becomes_a_title(path: str, title: str) -> None:
    assert category_title(path) == title


def test_a_path_has_a_title_a_step() -> None:
    assert category_titles("store/payments-and-invoices") == ("Store", "Payments and invoices")
