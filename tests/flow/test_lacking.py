"""Schools of a known list that a delivery has no row of are named, once all files are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts
from pipelines.delivery import intake
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files
from pipelines.release import reference
from pipelines.warehouse import engine
from tests.soak import small

PROMISES = contracts.load()
RULE = "leerlingaantallen.eenheden_ontbreken"


@pytest.fixture
def house() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        intake.prepare(con, PROMISES)
        yield con


def run(
    con: duckdb.DuckDBPyConnection, *files: Path, feedback: Path | None = None
) -> list[Outcome]:
    return list(
        intake.take_in(
            con,
            files,
            PROMISES,
            layout_files.load(),
            gate=False,
            feedback=feedback,
            progress=intake.quietly,
        )
    )


def about(outcomes: Sequence[Outcome], rule: str = RULE) -> dict[str, dict[str, Any]]:
    return {o.file: f for o in outcomes for f in o.findings if f["rule"] == rule}


def schools(folder: Path, *numbers: int, **more: str) -> Path:
    return small.write(folder / "scholen.csv", [small.school(n) | more for n in numbers])


def pupils(folder: Path, name: str, *rows: tuple[int, int, str]) -> Path:
    """`rows`: school, first calendar year, pupils."""
    return small.write(
        folder / name,
        [
            {"vestigingscode": f"99AA0{n}", "schooljaar": f"{y}/{y + 1}", "leerlingen": count}
            for n, y, count in rows
        ],
    )


def test_a_school_of_the_list_without_a_row_is_named_everywhere(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = (
        pupils(
            tmp_path, "gemeente_leerlingaantallen_2024-2025.csv", (0, 2024, "9"), (1, 2024, "8")
        ),
        schools(tmp_path, 0, 1, 2, 3),
    )
    outcomes = run(house, *files, feedback=tmp_path / "terug")
    found = about(outcomes)[files[0].name]
    assert (found["severity"], found["outcome"]) == ("waarschuwing", "gevonden")
    assert found["message"] == (
        "Van 2 vestigingen uit de dataset scholen is er geen enkele rij:"
        " 99AA02 (Verzonnen School 2), 99AA03 (Verzonnen School 3)."
    )
    (outcome,) = [o for o in outcomes if o.dataset == "leerlingaantallen"]
    assert (outcome.accepted, outcome.quarantined, outcome.clean) == (2, 0, True)
    page = (Path(outcome.feedback) / "feedback.html").read_text("utf-8")
    assert "99AA03 (Verzonnen School 3)" in page
    assert RULE in reference.findings_table(house)["regel"].to_list()


def test_nothing_is_said_where_nothing_lacks_or_a_row_is_kept_apart(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made = pupils(tmp_path, "g_leerlingaantallen_2024-2025.csv", (0, 2024, "9"), (1, 2024, "-5"))
    outcomes = run(house, made, schools(tmp_path, 0, 1))
    assert about(outcomes) == {}
    assert sum(o.quarantined for o in outcomes) == 1


def test_parts_are_complete_together(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = pupils(tmp_path, "a_leerlingaantallen_2024-2025_deel1.csv", (0, 2024, "9"))
    second = pupils(tmp_path, "a_leerlingaantallen_2024-2025_deel2.csv", (1, 2024, "8"))
    listed = schools(tmp_path, 0, 1)
    assert list(about(run(house, listed, first))) == [first.name]
    assert about(run(house, listed, first, second)) == {}


def test_a_newer_list_is_laid_beside_what_was_there(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made = pupils(tmp_path, "a_leerlingaantallen_2024-2025.csv", (0, 2024, "9"), (1, 2024, "9"))
    (alone,) = run(house, made)
    found = about([alone])[made.name]
    assert found["outcome"] == "niet_gecontroleerd"
    assert found["message"] == "Niet gecontroleerd: de dataset scholen is nog niet geleverd."
    assert about(run(house, made, schools(tmp_path, 0, 1))) == {}
    longer = about(run(house, made, schools(tmp_path, 0, 1, 4)))
    assert "99AA04" in longer[made.name]["message"]


def test_a_year_that_lacks_between_or_at_the_end_is_named_and_a_later_start_is_not(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    years = [(0, y, "9") for y in (2021, 2022, 2023, 2024)]
    gap = [(1, y, "9") for y in (2021, 2023, 2024)]
    left = [(2, y, "9") for y in (2021, 2022, 2023)]
    late = [(3, y, "9") for y in (2023, 2024)]
    made = pupils(tmp_path, "a_leerlingaantallen_2021-2025.csv", *years, *gap, *left, *late)
    found = about(run(house, made, schools(tmp_path, 0, 1, 2, 3)))[made.name]
    assert found["message"] == (
        "Van 2 vestigingen ontbreekt een jaar: 99AA01 (Verzonnen School 1) in 2022/2023,"
        " 99AA02 (Verzonnen School 2) in 2024/2025."
    )


def test_schools_of_another_municipality_are_somebody_elses(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made = pupils(tmp_path, "a_leerlingaantallen_2024-2025.csv", (0, 2024, "9"))
    listed = small.write(
        tmp_path / "scholen.csv", [small.school(0), small.school(1) | {"gemeente": "GM9902"}]
    )
    assert about(run(house, made, listed)) == {}


def test_scores_are_owed_by_primary_schools_only(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    kinds = {0: "bo", 1: "bo", 2: "vo"}
    listed = small.write(
        tmp_path / "scholen.csv",
        [small.school(n) | {"onderwijssoort": k} for n, k in kinds.items()],
    )
    scores = small.write(
        tmp_path / "cbs_achterstandsscores.csv",
        [{"vestigingscode": "99AA00", "jaar": "2024", "score": "12.5"}],
    )
    rule = "achterstandsscores.eenheden_ontbreken"
    found = about(run(house, scores, listed), rule)[scores.name]
    assert "Van 1 vestiging uit" in found["message"]
    assert "99AA01" in found["message"]
    assert "99AA02" not in found["message"]


def test_check_names_them_without_a_work_folder(tmp_path: Path) -> None:
    made = pupils(tmp_path, "a_leerlingaantallen_2024-2025.csv", (0, 2024, "9"))
    outcomes = intake.check([made, schools(tmp_path, 0, 1)])
    assert "99AA01" in about(outcomes)[made.name]["message"]
