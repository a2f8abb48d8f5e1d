"""The pointer says which file is served and what its bytes add up to; a damaged file is mended."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.release import served, writing

CONTENT = {"gebieden": pl.DataFrame({"niveau": ["gemeente"], "code": ["GM1"]})}
RECORD = {"bron": "demo", "drempel": 5, "drempel_zwaar": 10, "afronding": 5}


def _told(home: Path) -> dict[str, str]:
    told: dict[str, str] = json.loads((home / served.POINTER).read_text("utf-8"))
    return told


def test_pointer_holds_the_checksum_of_its_file(tmp_path: Path) -> None:
    made = writing.write(tmp_path, CONTENT, RECORD, "basis")
    told = _told(tmp_path)
    assert told["sha256"] == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert writing.served(tmp_path, "basis") == made


@pytest.mark.parametrize("damage", ["half", "changed", "without checksum"])
def test_next_run_mends_what_is_damaged(damage: str, tmp_path: Path) -> None:
    made = writing.write(tmp_path, CONTENT, RECORD, "basis")
    whole = made.path.read_bytes()
    if damage == "half":
        made.path.write_bytes(whole[: len(whole) // 2])
    elif damage == "changed":
        made.path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    else:
        told = _told(tmp_path)
        del told["sha256"]
        (tmp_path / served.POINTER).write_text(json.dumps(told), "utf-8")
    assert writing.served(tmp_path, "basis") is None
    again = writing.write(tmp_path, CONTENT, RECORD, "basis")
    assert again.id == made.id
    assert writing.served(tmp_path, "basis") == again
    assert _told(tmp_path)["sha256"] == writing.checksum(again.path)


def test_whole_file_is_not_written_again(tmp_path: Path) -> None:
    made = writing.write(tmp_path, CONTENT, RECORD, "basis")
    before = made.path.stat().st_mtime_ns
    writing.write(tmp_path, CONTENT, RECORD, "andere basis")
    assert made.path.stat().st_mtime_ns == before
