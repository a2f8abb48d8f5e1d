"""What left stays a constraint: the attacker keeps every release, also of another plan or areas.

`ZICHTLIJN_REEKSEN=200 pytest tests/privacy/test_memory.py` attacks more series (soak).
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from pipelines import contracts
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.compute import Counted, count
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import Context, Count, Measure, Metric, Tables
from pipelines.release import memory
from pipelines.release.components import Protected, Thresholds, protect
from pipelines.release.ledger import Page

SERIES = int(os.environ.get("ZICHTLIJN_REEKSEN", "2"))
YEAR = "2024/2025"
THRESHOLDS = Thresholds(5, 10, 5)
SLACK = 1e-6

Areas = Mapping[str, Mapping[str, str]]  # level -> school -> area


def _rows(tables: Tables, _context: Context) -> ir.Table:
    return tables["eenheden"]


MEASURE = Measure(
    "eenheden",
    "leerlingen",
    ("leerlingaantallen",),
    _rows,
    ("totaal", "gemeente", "wijk", "vestiging"),
)
METRIC = Metric(
    id="proef",
    theme="proef",
    label_nl="Proef",
    label_en="Trial",
    definition="Proef.",
    definition_en="Trial.",
    unit="leerlingen",
    numerator="leerlingen",
    measure=MEASURE,
    form=Count(),
    system="school_en_wijk",
    cuts=("soort",),
)
WITH_WIJK = (("totaal", ""), ("gemeente", ""), ("wijk", ""), ("vestiging", ""))
WITHOUT = (("totaal", ""), ("gemeente", ""), ("vestiging", ""))
WITH_KINDS = (*WITHOUT, ("totaal", "soort"), ("gemeente", "soort"))


@dataclass(frozen=True)
class Register:
    """Pupils per school and kind, and where schools are."""

    counts: Mapping[tuple[str, str], int]
    areas: Areas

    @classmethod
    def made(cls, seed: int) -> Register:
        chance = random.Random(seed)
        schools = [f"S{i:02d}" for i in range(12)]
        return cls(
            {(s, k): chance.choice((0, 0, 1, 2, 3, 4, 7, 9)) for s in schools for k in "xy"},
            {
                "gemeente": {s: f"G{i % 2}" for i, s in enumerate(schools)},
                "wijk": {s: f"W{i % 4}" for i, s in enumerate(schools)},
            },
        )

    def split(self, _chance: random.Random | None = None) -> Register:
        """One wijk in two, of which one keeps the name."""
        moved = {s: "W9" if s in ("S00", "S08") else w for s, w in self.areas["wijk"].items()}
        return replace(self, areas={**self.areas, "wijk": moved})

    def revised(self, chance: random.Random) -> Register:
        """A newer delivery: some counts are other ones."""
        some = chance.sample(sorted(self.counts), 4)
        return replace(
            self, counts={**self.counts, **{at: chance.choice((0, 1, 3, 6, 8)) for at in some}}
        )

    def withdrawn(self, chance: random.Random) -> Register:
        """The delivery of a school is withdrawn."""
        gone = chance.choice(sorted(self.areas["wijk"]))
        return replace(self, counts={at: n * (at[0] != gone) for at, n in self.counts.items()})

    def merged(self, chance: random.Random) -> Register:
        """Two schools have become one, and what was counted at the one is delivered anew."""
        gone, into = chance.sample(sorted(self.areas["wijk"]), 2)
        counts = dict(self.counts)
        for kind in "xy":
            counts[into, kind] += counts[gone, kind]
            counts[gone, kind] = 0
        return replace(self, counts=counts)

    def frames(self) -> dict[str, pl.DataFrame]:
        rows = [
            {
                "schooljaar": YEAR,
                "leerling_id": f"{school}{kind}{i}",
                "vestiging": school,
                "soort": kind,
                **{level: of[school] for level, of in self.areas.items()},
            }
            for (school, kind), n in self.counts.items()
            for i in range(n)
        ]
        schools = sorted(self.areas["wijk"])
        return {
            "eenheden": pl.DataFrame(rows),
            "scholen": pl.DataFrame(
                {
                    "vestigingscode": schools,
                    "gemeente": [self.areas["gemeente"][s] for s in schools],
                    "wijkcode": [self.areas["wijk"][s] for s in schools],
                    "onderwijssoort": "bo",
                }
            ),
            "leerlingaantallen": pl.DataFrame(
                {"vestigingscode": schools, "schooljaar": YEAR, "leerlingen": 200}
            ),
        }

    def places(self) -> Areas:
        schools = sorted(self.areas["wijk"])
        return {**self.areas, "onderwijssoort": dict.fromkeys(schools, "bo")}


@pytest.fixture
def backend() -> Iterator[ibis.BaseBackend]:
    made = ibis.duckdb.connect()
    yield made
    made.disconnect()


def _plan(tables: Sequence[tuple[str, str]]) -> plans.Plan:
    return plans.Plan("1", tuple(plans.PlanTable("proef", *table) for table in tables))


def _released(
    backend: ibis.BaseBackend,
    register: Register,
    tables: Sequence[tuple[str, str]],
    earlier: Sequence[Page],
) -> tuple[Counted, Protected, Page]:
    """Count, protect beside what left, and what leaves now."""
    plan, metrics = _plan(tables), {"proef": METRIC}
    before = memory.of(earlier, plan, metrics, register.places())
    made = {
        name: backend.create_table(name, frame.to_arrow(), overwrite=True)
        for name, frame in register.frames().items()
    }
    context = Context(dt.date(2025, 7, 31), contracts.load())
    (counted,) = count([METRIC], made, context, plan, None, before.recalled)
    (found,) = protect([counted], metrics, THRESHOLDS, earlier=before.pages)
    shown = counted.figures.join(
        found.cells.select(teller="cel", getal="gepubliceerd"), on="teller"
    ).drop_nulls("getal")
    figures = shown.select(
        "metriek",
        *KEY,
        pl.col("getal").alias("teller"),
        noemer=pl.lit(None, dtype=pl.Float64),
        waarde=pl.col("getal"),
        drempel=pl.lit(5, dtype=pl.Int64),
    )
    page = Page(f"r{len(earlier)}", f"{len(earlier)}", figures, 5, 10, 5, register.places())
    return counted, found, page


class Reader:
    """Keeps every release, and knows where schools were: rows of shown sums over school x kind."""

    def __init__(self, register: Register) -> None:
        self.atoms = sorted(register.counts)
        self.rows: list[np.ndarray] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def read(self, page: Page, areas: Areas) -> None:
        for level, area, kind, number in page.figures.select(
            "niveau", "gebied", "categorie", "teller"
        ).iter_rows():
            self.rows.append(self._sum(level, area, kind, areas))
            self.low.append(0 if number == 0 else max(number - 2, 5))
            self.high.append(0 if number == 0 else number + 2)

    def forget_revised(self, register: Register) -> int:
        """Keep what is true of a register, as if somebody told which sums were revised; how many
        sums that leaves."""
        truth = np.array([float(register.counts[at]) for at in self.atoms])
        kept = [
            i
            for i, row in enumerate(self.rows)
            if self.low[i] <= float(row @ truth) <= self.high[i]
        ]
        self.rows = [self.rows[i] for i in kept]
        self.low, self.high = [self.low[i] for i in kept], [self.high[i] for i in kept]
        return len(kept)

    def bounds(self, level: str, area: str, kind: str, areas: Areas) -> tuple[float, float]:
        goal = self._sum(level, area, kind, areas)
        matrix = np.array(self.rows)
        ends = [
            linprog(
                sign * goal,
                A_ub=np.vstack([matrix, -matrix]),
                b_ub=np.concatenate([self.high, -np.array(self.low)]),
                bounds=(0, 1000),
            )
            for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        return ends[0].fun, -ends[1].fun

    def _sum(self, level: str, area: str, kind: str, areas: Areas) -> np.ndarray:
        def inside(school: str) -> bool:
            if level == "totaal":
                return True
            return (school if level == "vestiging" else areas[level][school]) == area

        return np.array([float(inside(s) and kind in ("", k)) for s, k in self.atoms])


def _found(reader: Reader, register: Register, counted: Counted, hidden: set[int]) -> int:
    """How many small counts of a release are told to be something else than 0 to 5 and more."""
    told = 0
    for cell, level, area, kind, number in counted.cells.select(
        "cel", "niveau", "gebied", "categorie", "aantal"
    ).iter_rows():
        if cell in hidden and 0 < number < 5 and "@" not in level:
            low, high = reader.bounds(level, area, kind, register.areas)
            told += low > SLACK or high < 5 - SLACK
    return told


def _hidden(found: Protected) -> set[int]:
    return set(found.cells.filter(pl.col("gepubliceerd").is_null())["cel"])


CHANGES = {
    "tabel uit het plan": (WITH_WIJK, WITHOUT, False),
    "uitsplitsing uit het plan": (WITH_KINDS, WITHOUT, False),
    "wijk gesplitst": (WITH_WIJK, WITH_WIJK, True),
    "tabel erbij": (WITHOUT, WITH_KINDS, False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_kept_all_releases_works_out_nothing(change: str, backend: ibis.BaseBackend) -> None:
    first, later, split = CHANGES[change]
    for seed in range(SERIES):
        register = Register.made(seed)
        _, _, one = _released(backend, register, first, ())
        after = register.split() if split else register
        counted, found, two = _released(backend, after, later, (one,))
        assert found.beside_earlier
        reader = Reader(register)
        reader.read(one, register.areas)
        reader.read(two, after.areas)
        assert _found(reader, after, counted, _hidden(found)) == 0, seed


PLANS = (WITH_WIJK, WITHOUT, WITH_KINDS)


def _five(backend: ibis.BaseBackend, seed: int, *, forgets: bool = False) -> tuple[int, int]:
    """Five releases in a row, each after a change and by a plan drawn anew: how many small counts a
    reader finds who kept all that was said and is still true, and how many releases were served.
    `forgets`: each is protected without what was said before."""
    chance = random.Random(seed)
    register = Register.made(seed)
    changes: list[Callable[[Register, random.Random], Register]] = [
        Register.revised, Register.withdrawn, Register.merged, Register.split
    ]  # fmt: skip
    chance.shuffle(changes)
    pages: list[tuple[Page, Areas]] = []
    told = 0
    for step in range(5):
        if step:
            register = changes[step - 1](register, chance)
        known = () if forgets else tuple(page for page, _ in pages)
        counted, found, now = _released(backend, register, chance.choice(PLANS), known)
        if not found.beside_earlier:
            continue  # named to the analyst, and not served
        pages.append((replace(now, id=f"r{step}", made=str(step)), register.areas))
        reader = Reader(register)
        for page, areas in pages:
            reader.read(page, areas)
        assert reader.forget_revised(register) >= now.figures.height
        told += _found(reader, register, counted, _hidden(found))
    return told, len(pages)


def test_five_releases_with_revisions_withdrawals_and_changes_tell_nothing(
    backend: ibis.BaseBackend,
) -> None:
    """Also where two schools became one; `SERIES` times in soak."""
    found = [_five(backend, seed) for seed in range(SERIES)]
    assert [told for told, _ in found] == [0] * SERIES
    assert sum(served for _, served in found) > 3 * SERIES


def test_without_memory_five_releases_tell(backend: ibis.BaseBackend) -> None:
    assert _five(backend, 1, forgets=True)[0] > 0


def test_without_memory_the_reader_succeeds(backend: ibis.BaseBackend) -> None:
    """The attacker is worth its name."""
    told = 0
    for seed in range(3):
        register = Register.made(seed)
        _, _, one = _released(backend, register, WITH_WIJK, ())
        for later, after in ((WITHOUT, register), (WITH_WIJK, register.split())):
            counted, found, two = _released(backend, after, later, ())
            reader = Reader(register)
            reader.read(one, register.areas)
            reader.read(two, after.areas)
            told += _found(reader, after, counted, _hidden(found))
    assert told > 0


def test_what_is_recalled_is_counted_and_not_shown(backend: ibis.BaseBackend) -> None:
    register = Register.made(1)
    _, _, one = _released(backend, register, WITH_WIJK, ())
    after = register.split()
    counted, found, two = _released(backend, after, WITHOUT, (one,))
    assert set(two.figures["niveau"]) <= {"totaal", "gemeente", "vestiging"}
    recalled = counted.recalled
    assert recalled is not None
    then = recalled.filter(pl.col("niveau").str.contains("@")).join(
        counted.cells.select("aantal", teller="cel"), on="teller"
    )
    assert dict(then.select("gebied", "aantal").iter_rows()) == {
        "W0": sum(n for (s, _), n in register.counts.items() if register.areas["wijk"][s] == "W0")
    }
    assert found.left_out == frozenset(counted.not_shown)
    assert set(recalled["teller"]) & found.left_out
    again, _, _ = _released(backend, register, WITH_WIJK, (one,))
    assert again.recalled is None
