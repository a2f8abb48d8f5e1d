"""A delivery that is read in parts, all the way: loaded, and told back while its file may go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines import contracts
from pipelines.delivery import deliver
from pipelines.delivery.intake import prepare
from pipelines.ingest import layout_files
from pipelines.ingest.reading import streamed
from pipelines.warehouse import engine, history
from tests.soak import small

PROMISES = contracts.load()


@pytest.mark.parametrize("vanishes", [False, True])
def test_what_was_loaded_stays_loaded_when_the_file_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, vanishes: bool
) -> None:
    monkeypatch.setattr(streamed, "STREAMED_FROM", 1)
    monkeypatch.setattr(streamed, "PART", 512)
    rows = [small.suspension(2023, n) for n in range(40)]
    file = small.write(tmp_path / "bestuur_schorsingen_2023-2024.csv", rows)
    load = history.load

    def then_gone(*arguments: Any) -> None:
        load(*arguments)
        if vanishes:
            file.unlink()

    monkeypatch.setattr(history, "load", then_gone)
    with engine.open_warehouse(tmp_path / "werkmap") as con:
        prepare(con, PROMISES)
        (outcome,) = deliver.deliver(
            con, file, PROMISES, layout_files.load(), gate=False, feedback=tmp_path / "terug"
        )
        assert history.unbalanced(con, PROMISES) == {}
    assert (outcome.status, outcome.rows_in) == ("accepted", 40)
    assert bool(outcome.feedback) is not vanishes
