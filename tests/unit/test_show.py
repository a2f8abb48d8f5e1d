"""`zichtlijn show` in a window of 80 columns, and what erases asks first."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.cli import figures
from tests.commands import zichtlijn


def cell(**changes: Any) -> dict[str, Any]:
    return {
        "schooljaar": "2024/2025", "niveau": "gemeente", "gebied": "GM9901", "categorie": "",
        "maat": "", "teller": 1560.0, "noemer": 118855.0, "waarde": 6.3, "onder": 5.8,
        "boven": 6.9, "n": 118855.0, "reden": "", "dekking": "", "instead": "",
    } | changes  # fmt: skip


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *cells: Any) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    found = SimpleNamespace(
        label="Bereik", definition="Leerlingen met een traject.", release="R1", note="Afgerond.",
        as_dict=lambda: {"cells": list(cells)},
    )  # fmt: skip
    figures._show_cells(found)
    return capsys.readouterr().out


def test_a_row_is_a_line_of_80_columns_with_dutch_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "Te weinig leerlingen om te tonen zonder dat iemand te herkennen is, in dit gebied."
    hidden = cell(gebied="GM9902", teller=None, waarde=None, onder=None, boven=None, reden=why)
    out = shown(monkeypatch, capsys, cell(), hidden, cell(schooljaar="2023/2024", reden=why))
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Overal: niveau gemeente." in lines
    (row,) = [line for line in lines if line.startswith("2024/2025") and "GM9901" in line]
    assert row.split() == [
        "2024/2025",
        "GM9901",
        "1.560",
        "118.855",
        "6,3",
        "5,8\u20136,9",
        "118.855",
    ]
    (row,) = [line for line in lines if "GM9902" in line]
    assert row.split() == ["2024/2025", "GM9902", ".", "118.855", ".", "118.855", "1)"]
    assert sum(line.startswith("1) Te weinig") for line in lines) == 1


def test_check_never_says_that_something_was_loaded(tmp_path: Path) -> None:
    file = tmp_path / "gemeente_scholen_2024-2025.csv"
    file.write_text(
        "vestigingscode;naam;gemeente;onderwijssoort\n99AA00;De Proef;GM9901;vo\n", "utf-8"
    )
    said = zichtlijn("check", file)
    assert ("gelezen" in said.stderr, "geladen" in said.stderr) == (True, False)


@pytest.mark.parametrize("more", [(), ("--ja",), ("--reason", "proef")])
def test_what_erases_wants_a_reason_and_a_yes(more: tuple[str, ...], tmp_path: Path) -> None:
    said = zichtlijn("withdraw", "levering.csv", *more, "--workdir", tmp_path)
    assert said.returncode == 2
    assert ("--reason" if "--reason" not in more else "Er is niets gewist") in said.stderr
