"""Masks as other tools make them, through the gate, as negative controls: none of them is served.

Hiding what is small and nothing else, with numbers as they are or rounded; and hiding further
cells until no sum has one hidden part, as a frequency rule with secondary suppression (tau-ARGUS)
does, with numbers as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import run
from pipelines.audit import gate
from pipelines.release.tally import FOLDER
from tests.soak import small

COUNT = "sch_aantal"
SCHOOLS = (1, 2, 3, 6, 8, 11, 14, 4, 9)
PLACE = ["schooljaar", "niveau", "gebied", "uitsplitsing", "categorie"]
Mask = Callable[[pl.DataFrame, dict[str, dict[str, str]]], set[int]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Suspensions at nine schools of three kinds in two wijken, published as it should be."""
    folder = tmp_path_factory.mktemp("maskers")
    inbox = folder / "inbox"
    inbox.mkdir()
    schools = [
        small.school(n)
        | {"onderwijssoort": ("vo", "so", "bo")[n % 3], "wijkcode": f"WK99010{1 + n % 2}"}
        for n in range(len(SCHOOLS))
    ]
    small.write(inbox / "gemeente_scholen_2023-2024.csv", schools)
    rows = [
        small.suspension(2023, 100 * n + i, vestigingscode=f"99AA0{n}")
        for n, count in enumerate(SCHOOLS)
        for i in range(count)
    ]
    small.write(inbox / "bestuur_schorsingen_2023-2024.csv", rows)
    with pytest.MonkeyPatch.context() as patch:
        small.still(patch.setattr)
        run.run(inbox, folder)
    return folder


def _small(cells: pl.DataFrame, schools: dict[str, dict[str, str]]) -> set[int]:
    """What is 1 to 4."""
    del schools
    return set(cells.filter(pl.col("aantal").is_between(1, 4))["cel"])


def _secondary(cells: pl.DataFrame, schools: dict[str, dict[str, str]]) -> set[int]:
    """The same, and in every sum with one hidden part the next smallest part that is not zero."""
    hidden = _small(cells, schools)
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for parts in _sums(cells, schools):
            inside = parts.filter(pl.col("aantal") > 0).sort("aantal", "cel")["cel"].to_list()
            if len(hidden & set(inside)) == 1 and len(inside) > 1:
                hidden.add(next(cell for cell in inside if cell not in hidden))
    return hidden


def _sums(cells: pl.DataFrame, schools: dict[str, dict[str, str]]) -> Iterator[pl.DataFrame]:
    """The parts of every sum of schools and of areas, and of every breakdown."""
    whole = cells.filter(pl.col("uitsplitsing") == "")
    for level in ("gemeente", "wijk", "onderwijssoort"):
        yield whole.filter(pl.col("niveau") == level)
        areas = pl.col("gebied").replace_strict(
            {code: of[level] for code, of in schools.items()}, default=""
        )
        yield from (
            whole.filter(pl.col("niveau") == "vestiging")
            .with_columns(areas.alias("in"))
            .partition_by("in")
        )
    yield from cells.filter(pl.col("uitsplitsing") != "").partition_by(
        "niveau", "gebied", "uitsplitsing"
    )


def _as_they_are(number: int) -> float:
    return float(number)


def _rounded(number: int) -> float:
    return float(5 * ((number + 2) // 5))


def _masked(home: Path, mask: Mask, shown: Callable[[int], float], file: Path) -> set[str]:
    """Write a copy of the release in which the count is masked by others' rules; the places that
    are hidden."""
    (release,) = (home / "releases").glob("r*.duckdb")
    shutil.copy(release, file)
    keys = ", ".join(PLACE)
    with duckdb.connect(str(home / FOLDER / release.name), read_only=True) as con:
        cells = con.execute(
            f"SELECT row_number() OVER (ORDER BY {keys}) - 1 AS cel, {keys}, aantal"
            f" FROM tellingen WHERE metriek = '{COUNT}' AND deel = 'teller'"
        ).pl()
        named = con.execute("SELECT vestiging, gemeente, wijk, onderwijssoort FROM scholen")
        levels = ("gemeente", "wijk", "onderwijssoort")
        schools = {code: dict(zip(levels, of, strict=True)) for code, *of in named.fetchall()}
    hidden = mask(cells, schools)
    with duckdb.connect(str(file)) as con:
        con.execute(f"DELETE FROM cellen WHERE metriek <> '{COUNT}'")
        where = " AND ".join(f"{name} = ?" for name in PLACE)
        for cell, *place, number in cells.iter_rows():
            seen = None if cell in hidden else shown(number)
            status = "afgeschermd" if cell in hidden else "zichtbaar"
            con.execute(
                f"UPDATE cellen SET teller = ?, waarde = ?, status = ? WHERE {where}",
                [seen, seen, status, *place],
            )
    places = cells.filter(pl.col("cel").is_in(list(hidden))).select(PLACE).iter_rows()
    return {" ".join(part for part in place if part) for place in places}


MASKS = ((_small, _as_they_are), (_small, _rounded), (_secondary, _as_they_are))


@pytest.mark.parametrize(("mask", "shown"), MASKS)
def test_masks_of_others_are_refused(
    home: Path, tmp_path: Path, mask: Mask, shown: Callable[[int], float]
) -> None:
    """Numbers as they are for what they show; rounded ones for what they hide all the same."""
    hidden = _masked(home, mask, shown, tmp_path / "r1.duckdb")
    found = [c for c in gate.readable(home, tmp_path / "r1.duckdb") if not c.of_earlier]
    told = {concern.place for concern in found}
    assert told & hidden if shown is _rounded else told - hidden


def test_the_own_mask_is_not(home: Path) -> None:
    """The control of the controls: what is refused is the mask and not the register."""
    (release,) = (home / "releases").glob("r*.duckdb")
    assert not list(gate.readable(home, release))
