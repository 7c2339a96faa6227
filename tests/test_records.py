"""Records: many small things in one file, each as it was written."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import Records, write_records


@given(st.lists(st.binary(max_size=20)))
def test_records_come_back_as_they_were_written(records: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records")
        write_records(path, records)
        stored = Records(path)
        assert len(stored) == len(records)
        assert list(stored) == records
        assert [stored[row] for row in range(len(records))] == records


def test_a_row_that_is_not_there_is_an_index_error(tmp_path: Path) -> None:
    write_records(tmp_path / "records", [b"one"])
    with pytest.raises(IndexError):
        Records(tmp_path / "records")[1]
