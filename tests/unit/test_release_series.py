"""A second release: what the first one said stays said."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.errors import ReleaseRefused, UsageError
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted
from pipelines.release import ledger, memory, served, tally, writing
from pipelines.release.components import Thresholds, protect
from pipelines.release.disclosure import build_component, certify, protect_all
from pipelines.release.disclosure import protect as protect_one
from pipelines.release.disclosure.amounts import protect_amounts
from pipelines.release.disclosure.problem import Demand
from pipelines.release.disclosure.search import Search
from pipelines.release.earlier import said, said_of_amounts
from pipelines.release.ledger import Page
from tests.privacy.attack import count, made_up_register

KEY = ["schooljaar", "niveau", "gebied", "uitsplitsing", "categorie"]
THRESHOLDS = Thresholds(5, 10, 5)
AREAS = {"GM1": 12, "GM2": 3, "GM3": 9, "GM4": 21}


def _counted(areas: dict[str, int]) -> Counted:
    """Trajectories per gemeente, with their total."""
    names = ["", *areas]
    values = [sum(areas.values()), *areas.values()]
    cells = pl.DataFrame(
        {
            "cel": list(range(len(names))),
            "schooljaar": ["2024/2025"] * len(names),
            "niveau": ["totaal"] + ["gemeente"] * len(areas),
            "gebied": names,
            "uitsplitsing": [""] * len(names),
            "categorie": [""] * len(names),
            "deel": [""] * len(names),
            "aantal": values,
            "kinderen": values,
            "scholen": [9] * len(names),
        }
    )
    filled = [(i, n) for i, n in enumerate(areas.values(), 1) if n]
    atoms = pl.DataFrame(
        {"aantal": [n for _, n in filled], "cellen": [[0, i] for i, _ in filled]},
        schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)},
    )
    figures = cells.select(
        *KEY,
        metriek=pl.lit("smw_trajecten"),
        teller="cel",
        noemer=pl.lit(None, dtype=pl.Int64),
        complement=pl.lit(value=False),
        bekend=pl.lit(None, dtype=pl.Float64),
    )
    return Counted("gestarte_trajecten", "trajecten", 1, cells, atoms, figures)


def _released(counted: Counted, shown: dict[int, int]) -> Page:
    figures = counted.figures.filter(pl.col("teller").is_in(list(shown))).select(
        "metriek",
        *KEY,
        teller=pl.col("teller").replace_strict(shown, return_dtype=pl.Float64),
        noemer=pl.lit(None, dtype=pl.Float64),
        drempel=pl.lit(5, dtype=pl.Int64),
    )
    return Page("r1", "2025-01-01", figures, 5, 10, 5)


def test_what_was_said_holds_where_it_can_still_be_true() -> None:
    now = _counted(AREAS)
    before = _released(now, {1: 10, 3: 10, 4: 10})
    assert said(now, [before]) == ((1, 8, 12), (3, 8, 12))


def test_two_releases_that_say_of_a_cell_are_both_believed() -> None:
    now = _counted(AREAS)
    wide = replace(_released(now, {3: 10}), rounding=10)
    assert said(now, [_released(now, {3: 10}), wide]) == ((3, 8, 12),)


@pytest.mark.parametrize("shown", [{0: 45, 1: 10, 3: 10}, {0: 45, 1: 10, 4: 20}, {3: 10, 4: 20}])
def test_a_cell_shown_before_does_not_give_away_one_hidden_now(shown: dict[int, int]) -> None:
    """Everything shown now or before is put together; the hidden 3 can be 0, and 5."""
    now = _counted(AREAS)
    (found,) = protect([now], METRICS, THRESHOLDS, earlier=[_released(now, shown)])
    assert found.beside_earlier
    seen = dict(found.cells.select("cel", "gepubliceerd").iter_rows())
    assert seen[2] is None
    spans = dict.fromkeys(seen, (0, 99))
    for cell, number in [*seen.items(), *shown.items()]:
        if number is not None:
            low, high = max(int(number) - 2, 5), int(number) + 2
            spans[cell] = (max(spans[cell][0], low), min(spans[cell][1], high))
    low = spans[0][0] - sum(spans[c][1] for c in (1, 3, 4))
    high = spans[0][1] - sum(spans[c][0] for c in (1, 3, 4))
    assert low <= 0
    assert high >= 5


def test_a_release_after_itself_is_the_same() -> None:
    now = _counted(AREAS)
    (first,) = protect([now], METRICS, THRESHOLDS)
    shown = {
        cell: int(number)
        for cell, number in first.cells.select("cel", "gepubliceerd").iter_rows()
        if number is not None
    }
    (again,) = protect([now], METRICS, THRESHOLDS, earlier=[_released(now, shown)])
    assert again.proof == first.proof
    assert again.cells.equals(first.cells)


def test_what_gave_itself_away_before_is_told_and_not_refused() -> None:
    """An earlier release with every exact number: nothing protects against that any more."""
    now = _counted(AREAS)
    leaky = replace(_released(now, {0: 45, 1: 12, 3: 9, 4: 21}), rounding=1)
    (found,) = protect([now], METRICS, THRESHOLDS, earlier=[leaky])
    assert not found.beside_earlier
    with pytest.raises(ReleaseRefused):  # a question is answered beside them, or not
        protect([now], METRICS, THRESHOLDS, earlier=[leaky], beside=True)
    shown = _released(now, {0: 45, 1: 10})
    (beside,) = protect([now], METRICS, THRESHOLDS, earlier=[shown], beside=True)
    assert beside.beside_earlier


def test_a_question_is_refused_before_what_costs_most_is_sought(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a secret is told already, nobody needs to know how uncertain the rest would be."""
    now = _counted(AREAS)
    leaky = replace(_released(now, {0: 45, 1: 12, 3: 9, 4: 21}), rounding=1)
    module = sys.modules[protect_all.__module__]
    sought: list[int] = []
    found = vars(module)["_wide_for_free"]

    def wide(search: Search, demand: Demand) -> bool:
        sought.append(demand.row)
        return bool(found(search, demand))

    monkeypatch.setattr(module, "_wide_for_free", wide)
    with pytest.raises(ReleaseRefused):
        protect([now], METRICS, THRESHOLDS, earlier=[leaky], beside=True)
    assert not sought
    protect([now], METRICS, THRESHOLDS, earlier=[leaky])
    assert sought


def test_what_earlier_releases_said_binds_the_checker() -> None:
    now = _counted(AREAS)
    component = build_component("proef", now.cells, now.atoms, threshold=5)
    protection = protect_one(component)
    assert certify(component, protection).safe
    values = now.cells["aantal"].to_list()
    bound = replace(component, earlier=tuple((c, v, v) for c, v in enumerate(values) if c != 2))
    assert not certify(bound, protection).safe


def test_random_series_stay_safe_for_a_reader_who_kept_everything() -> None:
    """Release, revise, release: the attacker puts the shown ranges of both together."""
    from tests.privacy.attack import Attack

    for seed in range(3):
        register = made_up_register(seed)
        cells, atoms = count(register)
        first = protect_one(build_component("een", cells, atoms, threshold=5))
        shown = first.cells["gepubliceerd"].to_list()
        other = build_component("twee", cells, atoms, threshold=5)
        values = cells["aantal"].to_list()
        told = tuple(
            (cell, max(5, n - 2) if n else 0, n + 2 if n else 0)
            for cell, n in enumerate(shown)
            if n is not None
        )
        second = protect_one(replace(other, earlier=told))
        assert second.verdict.safe
        attack = Attack.on(
            register, second.cells.select(*KEY, "deel", getoond="gepubliceerd"), 5, 5
        )
        low, high = attack.low.copy(), attack.high.copy()
        for cell, least, most in told:
            low[cell], high[cell] = max(low[cell], least), min(high[cell], most)
        both = replace(attack, low=low, high=high)
        for cell in np.flatnonzero([n is None for n in shown]).tolist():
            if 0 < values[cell] < 5 and second.cells["gepubliceerd"][cell] is None:
                least, most = both.bounds(cell)
                assert least < 1e-6
                assert most > 5 - 1e-6


def _write_release(workdir: Path, shown: float) -> served.Release:
    cells = pl.DataFrame(
        {
            "metriek": ["smw_trajecten"] * 2,
            "schooljaar": ["2024/2025"] * 2,
            "niveau": ["gemeente"] * 2,
            "gebied": ["GM1", "GM2"],
            "uitsplitsing": ["", ""],
            "categorie": ["", ""],
            "maat": ["", ""],
            "teller": [shown, None],
            "noemer": [None, None],
            "waarde": [10.0, None],
            "status": ["zichtbaar", "afgeschermd"],
        },
        schema_overrides={"noemer": pl.Float64},
    )
    record = {"drempel": 5, "drempel_zwaar": 10, "afronding": 5, "peildatum": dt.date(2025, 7, 31)}
    return writing.write(workdir, {"cellen": cells}, record)


def test_what_a_release_showed_is_remembered_without_its_file(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    (page,) = ledger.pages(tmp_path)
    assert page.id == written.id
    assert page.figures["gebied"].to_list() == ["GM1"]
    assert (page.standard, page.heavy, page.rounding) == (5, 10, 5)
    written.path.write_bytes(written.path.read_bytes()[:100])
    assert ledger.pages(tmp_path)[0].figures.equals(page.figures)
    written.path.unlink()
    assert ledger.pages(tmp_path)[0].figures.equals(page.figures)


def test_a_new_work_folder_with_the_same_ledger_remembers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZICHTLIJN_GROOTBOEK", str(tmp_path / "grootboek"))
    first = _write_release(tmp_path / "een", 10.0)
    second = _write_release(tmp_path / "twee", 15.0)
    assert {page.id for page in ledger.pages(tmp_path / "drie")} == {first.id, second.id}


def test_a_release_of_before_the_ledger_is_booked(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    (tmp_path / ledger.FOLDER / f"{written.id}.parquet").unlink()
    (page,) = ledger.pages(tmp_path)
    assert page.id == written.id
    assert (tmp_path / ledger.FOLDER / f"{written.id}.parquet").exists()


def test_an_earlier_release_that_cannot_be_read_refuses_until_somebody_declares(
    tmp_path: Path,
) -> None:
    written = _write_release(tmp_path, 10.0)
    lost = tmp_path / "releases" / "r0123456789ab.duckdb"
    lost.write_bytes(b"geen publicatie")
    with pytest.raises(ReleaseRefused, match=r"ledger --never r0123456789ab"):
        ledger.pages(tmp_path)
    day = dt.date(2026, 11, 30)
    with pytest.raises(UsageError, match="--reason"):
        ledger.declare(tmp_path, lost.stem, reason=" ", by="analist", day=day)
    told = ledger.declare(tmp_path, lost.stem, reason="proefbestand", by="analist", day=day)
    assert ledger.declarations(tmp_path) == (told,)
    assert [page.id for page in ledger.pages(tmp_path)] == [written.id]


def test_what_was_shown_cannot_be_declared_away(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    day = dt.date(2026, 11, 30)
    with pytest.raises(UsageError, match="blijft meetellen"):
        ledger.declare(tmp_path, written.id, reason="weg", by="analist", day=day)
    (tmp_path / ledger.FOLDER / f"{written.id}.parquet").unlink()
    with pytest.raises(UsageError, match="blijft meetellen"):
        ledger.declare(tmp_path, written.id, reason="weg", by="analist", day=day)
    with pytest.raises(UsageError, match="ligt geen publicatie"):
        ledger.declare(tmp_path, "../r1", reason="weg", by="analist", day=day)


def test_a_damaged_page_of_the_ledger_refuses(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    page = tmp_path / ledger.FOLDER / f"{written.id}.parquet"
    page.write_bytes(page.read_bytes()[:40])
    with pytest.raises(ReleaseRefused, match="ledger --add"):
        ledger.pages(tmp_path)
    page.unlink()
    assert [found.id for found in ledger.pages(tmp_path)] == [written.id]


def test_a_page_that_contradicts_its_release_refuses(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    place = tmp_path / ledger.FOLDER / f"{written.id}.parquet"
    told = pl.read_parquet(place)
    told.with_columns(pl.col("teller") + 5).write_parquet(place)
    with pytest.raises(ReleaseRefused, match=r"iets anders dan de publicatie.*ledger --add"):
        ledger.pages(tmp_path)
    ledger.add(tmp_path, written.path)
    assert [page.id for page in ledger.pages(tmp_path)] == [written.id]
    told.write_parquet(place.with_name("r0123456789ab.parquet"))
    with pytest.raises(ReleaseRefused, match="r0123456789ab"):
        ledger.pages(tmp_path)


def test_a_declaration_that_cannot_be_read_refuses_with_what_to_do(tmp_path: Path) -> None:
    book = tmp_path / ledger.FOLDER
    book.mkdir()
    (book / f"r0123456789ab{ledger.DECLARED}").write_text("{", "utf-8")
    with pytest.raises(ReleaseRefused, match="ledger --never r0123456789ab"):
        ledger.declarations(tmp_path)


def test_a_release_of_another_organisation_refuses(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    here = {"gemeente": {"99AA00": "GM1"}}
    elsewhere = {"gemeente": {"88AA00": "GM8"}, "wijk": {"88AA00": "WK8"}}
    assert [page.id for page in ledger.pages(tmp_path, here)] == [written.id]
    with pytest.raises(ReleaseRefused, match="andere organisatie"):
        ledger.pages(tmp_path, elsewhere)


@pytest.mark.parametrize("change", ["DROP TABLE release", "ALTER TABLE release DROP drempel"])
def test_a_release_of_an_unknown_make_refuses(tmp_path: Path, change: str) -> None:
    written = _write_release(tmp_path, 10.0)
    (tmp_path / ledger.FOLDER / f"{written.id}.parquet").unlink()
    with duckdb.connect(str(written.path)) as con:
        con.execute(change)
    with pytest.raises(ReleaseRefused, match="niet te lezen"):
        ledger.pages(tmp_path)


def test_what_a_newer_version_showed_and_this_one_cannot_count_is_named() -> None:
    """A figure that is not known, a breakdown and a level that a figure has not."""
    now = _counted(AREAS)
    page = _released(now, {0: 45})
    metric = page.figures["metriek"][0]
    changes = (
        pl.lit("cijfer_van_later").alias("metriek"),
        pl.lit("kleur").alias("uitsplitsing"),
        pl.lit("straat").alias("niveau"),
    )
    pages = [replace(page, figures=page.figures.with_columns(change)) for change in changes]
    assert not list(memory.uncounted([page], METRICS))
    told = list(memory.uncounted(pages, METRICS))
    assert {concern.topic for concern in told} == {"cijfer_van_later", metric}
    assert {concern.place for concern in told} >= {"", "straat"}
    assert all(concern.of_earlier for concern in told)


def test_a_copy_of_a_page_or_a_release_mends_the_ledger(tmp_path: Path) -> None:
    written = _write_release(tmp_path / "huis", 10.0)
    page = tmp_path / "huis" / ledger.FOLDER / f"{written.id}.parquet"
    (known,) = ledger.pages(tmp_path / "huis")
    for copy in (page, written.path):
        elsewhere = tmp_path / f"kopie{copy.suffix}"
        elsewhere.write_bytes(copy.read_bytes())
        page.write_bytes(b"stuk")
        with pytest.raises(ReleaseRefused, match="ledger --add"):
            ledger.pages(tmp_path / "huis")
        assert ledger.add(tmp_path / "huis", elsewhere).id == written.id
        assert ledger.pages(tmp_path / "huis")[0].figures.equals(known.figures)
    elsewhere.write_bytes(b"iets anders")
    with pytest.raises(UsageError, match="geen publicatie"):
        ledger.add(tmp_path / "huis", elsewhere)
    with pytest.raises(UsageError, match="bestaat niet"):
        ledger.add(tmp_path / "huis", tmp_path / "weg.duckdb")


def test_what_is_booked_counts_also_where_it_was_declared_never_to_have_left(
    tmp_path: Path,
) -> None:
    written = _write_release(tmp_path / "een", 10.0)
    lost = tmp_path / "twee" / "releases" / written.path.name
    lost.parent.mkdir(parents=True)
    lost.write_bytes(b"stuk")
    day = dt.date(2026, 11, 30)
    ledger.declare(tmp_path / "twee", written.id, reason="proef", by="analist", day=day)
    assert ledger.pages(tmp_path / "twee") == ()
    ledger.add(tmp_path / "twee", written.path)
    assert ledger.declarations(tmp_path / "twee") == ()
    assert [page.id for page in ledger.pages(tmp_path / "twee")] == [written.id]


def test_a_release_is_made_again_when_the_ledger_knows_more(tmp_path: Path) -> None:
    served = _write_release(tmp_path / "een", 10.0)
    other = _write_release(tmp_path / "twee", 15.0)
    assert writing.served(tmp_path / "een", "") == served
    ledger.add(tmp_path / "een", other.path)
    assert writing.served(tmp_path / "een", "") is None


def test_what_a_release_showed_is_read_with_its_own_threshold(tmp_path: Path) -> None:
    """A metric that is heavier now: five still stood for five to seven."""
    now = _counted(AREAS)
    before = _released(now, {3: 10})
    heavier = replace(before, figures=before.figures.with_columns(drempel=pl.lit(10)))
    assert said(now, [before]) == ((3, 8, 12),)
    assert said(now, [heavier]) == ()  # of ten or more nine is not one
    assert ledger.pages(tmp_path) == ()


def test_a_release_file_that_was_cut_off_is_written_anew(tmp_path: Path) -> None:
    written = _write_release(tmp_path, 10.0)
    (tmp_path / served.POINTER).unlink()
    written.path.write_bytes(written.path.read_bytes()[:100])
    assert _write_release(tmp_path, 10.0) == written
    assert writing.served(tmp_path, "") == written


def test_the_counts_behind_a_release_are_those_of_the_served_one(tmp_path: Path) -> None:
    counts = tally.tally([_counted(AREAS)], METRICS, THRESHOLDS)
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE scholen AS SELECT '99AA00' vestigingscode, 'GM1' gemeente,"
            " 'WK1' wijkcode, 'bo' onderwijssoort"
        )
        hidden = tally.reasons([])
        left_out = tally.folded([_counted(AREAS)], pl.DataFrame(schema=tally.SCHEMA))
        tally.store(con, tmp_path, "r1", counts, hidden, left_out)
        tally.store(con, tmp_path, "r2", counts, hidden, left_out)
    tally.keep_only(tmp_path, "r2")
    assert [f.name for f in (tmp_path / tally.FOLDER).iterdir()] == ["r2.duckdb"]


# Amounts ----------------------------------------------------------------------------------------

AMOUNTS = (100_000, 400_000, 300_000, 500_000)


def _amounts() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Four gemeenten and their total; the second has too few children."""
    values = [sum(AMOUNTS), *AMOUNTS]
    cells = pl.DataFrame(
        {
            "cel": list(range(5)),
            "aantal": values,
            "kinderen": [104, 40, 4, 30, 30],
            "grootste": [value // 20 for value in values],
            "tweede": [value // 20 for value in values],
        }
    )
    atoms = pl.DataFrame({"aantal": list(AMOUNTS), "cellen": [[0, i] for i in range(1, 5)]})
    return cells, atoms


def _extra(told: list[tuple[int, float, float]]) -> tuple[set[int], bool]:
    """Cells hidden for the second gemeente, and whether that stands beside what was told."""
    found = protect_amounts("kosten", *_amounts(), earlier=told)
    hidden = set(found.cells.filter(~pl.col("zichtbaar"))["cel"]) - {2}
    return hidden, found.beside_earlier


def test_an_amount_shown_before_hides_nothing_now() -> None:
    """The cheapest to hide is the first gemeente; where that was told before, it takes another."""
    assert _extra([]) == ({1}, True)
    hidden, beside = _extra([(1, 99_500.0, 100_500.0)])
    assert hidden - {1}
    assert beside


def test_where_all_was_said_before_the_proof_is_of_this_release_alone() -> None:
    told = [(0, 1_295e3, 1_305e3), (1, 99_500.0, 100_500.0), (3, 295e3, 305e3), (4, 495e3, 505e3)]
    assert _extra(told) == ({1}, False)


def test_an_amount_is_believed_while_it_can_still_be_true() -> None:
    now = _counted({"GM1": 100_400, "GM2": 40_000})
    before = _released(now, {1: 100_000, 2: 30_000})
    assert said_of_amounts(now, [before]) == ((1, 99_500.0, 100_500.0),)
