"""An attacker, written apart from the protector: sees what is published and how tables add up.

Nothing of `pipelines.release` is imported here. The attacker knows the plan: every unit belongs to
one school, one year and one category of every cut, and is inside or outside the numerator; a
published cell is the sum of all such combinations that fit it. It knows the threshold and the
rounding. It does not know which combinations occur. With that it works out, per hidden cell, the
lowest and the highest number that agree with everything shown.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property

import highspy
import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
FAR = 1e6


@dataclass(frozen=True)
class Register:
    """A made-up register and its plan. `units` has one row per unit: schooljaar, vestiging, one
    column per cut, `binnen` (in the numerator); `schools` the areas of every school."""

    units: pl.DataFrame
    schools: dict[str, dict[str, str]]
    cuts: dict[str, tuple[str, ...]]
    years: tuple[str, ...]
    ratio: bool
    school_cuts: bool


def made_up_register(seed: int) -> Register:
    """A small register: schools in wijken in gemeenten, one or two cuts, one or two years."""
    draw = np.random.default_rng(seed)
    n_schools = int(draw.integers(3, 9))
    schools = {}
    for i in range(n_schools):
        gemeente = int(draw.integers(0, 2))
        schools[f"{i:02d}AA00"] = {
            "totaal": "",
            "gemeente": f"GM{gemeente}",
            "wijk": f"WK{gemeente}{int(draw.integers(0, 2))}",
            "onderwijssoort": ("bo", "vo")[int(draw.integers(0, 2))],
            "vestiging": f"{i:02d}AA00",
        }
    cuts = {"rol": ("jmw", "jw", "jp")[: int(draw.integers(2, 4))]}
    if draw.random() < 0.5:
        cuts["soort"] = ("a", "b")
    years = ("2023/2024", "2024/2025")[: int(draw.integers(1, 3))]
    size = int(draw.integers(15, 40) * n_schools)
    weight = draw.gamma(1.0, 1.0, n_schools) + 0.1
    columns = {
        "schooljaar": draw.choice(years, size),
        "vestiging": draw.choice(list(schools), size, p=weight / weight.sum()),
        "binnen": draw.random(size) < float(draw.choice([0.1, 0.5, 0.9])),
    }
    for name, codes in cuts.items():
        chance = draw.dirichlet(np.full(len(codes), 0.7))
        columns[name] = draw.choice(codes, size, p=chance)
    return Register(
        units=pl.DataFrame(columns),
        schools=schools,
        cuts=cuts,
        years=years,
        ratio=bool(draw.random() < 0.5),
        school_cuts=bool(draw.random() < 0.5),
    )


def combinations(register: Register) -> list[tuple[str, str, tuple[str, ...], bool]]:
    """Every combination a unit could have: year, school, categories, inside the numerator."""
    inside = (False, True) if register.ratio else (True,)
    return list(
        itertools.product(
            register.years,
            register.schools,
            itertools.product(*register.cuts.values()),
            inside,
        )
    )


def cells_of(
    register: Register, combination: tuple[str, str, tuple[str, ...], bool]
) -> list[tuple[str, ...]]:
    """Keys (KEY + deel) of the cells in which a unit of this combination counts."""
    year, school, codes, inside = combination
    parts = ["noemer", "teller"] if inside else ["noemer"]
    if not register.ratio:
        parts = [""]
    cuts = [("", ""), *zip(register.cuts, codes, strict=True)]
    return [
        (year, level, area, name, code, part)
        for level, area in register.schools[school].items()
        for name, code in cuts
        for part in parts
        if register.school_cuts or not name or level != "vestiging"
    ]


def count(register: Register) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The register's exact cells and atoms, as the metrics stage hands them over."""
    numbers: dict[tuple[str, ...], int] = {}
    schools: dict[int, set[str]] = {}
    totals: dict[int, int] = {}
    for combination in combinations(register):
        for key in cells_of(register, combination):
            numbers.setdefault(key, len(numbers))
    atoms: dict[tuple[int, ...], int] = {}
    for row in register.units.iter_rows(named=True):
        codes = tuple(row[name] for name in register.cuts)
        inside = bool(row["binnen"]) or not register.ratio
        keys = cells_of(register, (row["schooljaar"], row["vestiging"], codes, inside))
        cells = tuple(sorted(numbers[key] for key in keys))
        atoms[cells] = atoms.get(cells, 0) + 1
        for cell in cells:
            totals[cell] = totals.get(cell, 0) + 1
            schools.setdefault(cell, set()).add(row["vestiging"])
    cells = pl.DataFrame(
        [
            (n, *key, totals.get(n, 0), totals.get(n, 0), len(schools.get(n, set())))
            for key, n in numbers.items()
        ],
        schema=["cel", *KEY, "deel", "aantal", "kinderen", "scholen"],
        orient="row",
    )
    frame = pl.DataFrame(
        {"aantal": list(atoms.values()), "cellen": [list(cells) for cells in atoms]},
        schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)},
    )
    return cells, frame


@dataclass(frozen=True, eq=False)
class Attack:
    """What can be worked out. `published`: KEY, deel, getoond (null where there is a mark)."""

    keys: list[tuple[str, ...]]
    matrix: sp.csr_array
    low: np.ndarray
    high: np.ndarray
    hidden: np.ndarray

    @classmethod
    def on(
        cls, register: Register, published: pl.DataFrame, threshold: int, rounding: int
    ) -> Attack:
        """Set up all relations and all ranges."""
        keys = list(published.select(*KEY, "deel").iter_rows())
        place = {key: i for i, key in enumerate(keys)}
        rows, columns = [], []
        for j, combination in enumerate(combinations(register)):
            for key in cells_of(register, combination):
                rows.append(place[key])
                columns.append(j)
        matrix = sp.csr_array(
            (np.ones(len(rows)), (rows, columns)),
            shape=(len(keys), len(combinations(register))),
        )
        shown = published["getoond"].to_list()
        low = np.zeros(len(keys))
        high = np.full(len(keys), FAR)
        for i, number in enumerate(shown):
            if number is None:
                continue
            possible = [
                true
                for true in range(number - rounding, number + rounding + 1)
                if (true == 0 or true >= threshold)
                and int(np.floor(true / rounding + 0.5)) * rounding == number
            ]
            low[i], high[i] = min(possible), max(possible)
        hidden = np.flatnonzero([number is None for number in shown])
        return cls(keys, matrix, low, high, hidden)

    def bounds(self, cell: int) -> tuple[float, float]:
        """Lowest and highest value of a hidden cell, by linear programming."""
        return self._bounds(self.matrix[[cell]].toarray().ravel())

    def complement(self, teller: int, noemer: int) -> tuple[float, float]:
        """The same for a numerator's complement."""
        rows = self.matrix[[noemer]] - self.matrix[[teller]]
        return self._bounds(rows.toarray().ravel())

    def whole_bounds(self, cell: int) -> tuple[int, int]:
        """The same in whole numbers (integer programming)."""
        goal = self.matrix[[cell]].toarray().ravel()
        answers = []
        for sign in (1, -1):
            found = milp(
                sign * goal,
                constraints=LinearConstraint(self.matrix, self.low, self.high),
                integrality=np.ones(goal.size),
                bounds=Bounds(0, FAR),
            )
            if found.x is None:
                raise ValueError("the attack has no answer")
            answers.append(round(float(goal @ found.x)))
        return answers[0], answers[1]

    def narrow(self, cells: np.ndarray, low: int, high: int) -> Attack:
        """The same attack by somebody who holds `cells` to be between `low` and `high`."""
        lows, highs = self.low.copy(), self.high.copy()
        lows[cells], highs[cells] = low, high
        return replace(self, low=lows, high=highs)

    @cached_property
    def _model(self) -> highspy.Highs:
        matrix = sp.csc_array(self.matrix)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = matrix.shape
        model.col_cost_ = np.zeros(matrix.shape[1])
        model.col_lower_ = np.zeros(matrix.shape[1])
        model.col_upper_ = np.full(matrix.shape[1], FAR)
        model.row_lower_, model.row_upper_ = self.low, self.high
        model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        model.a_matrix_.index_ = matrix.indices.astype(np.int32)
        model.a_matrix_.value_ = matrix.data
        highs = highspy.Highs()
        highs.silent()
        highs.setOptionValue("threads", 1)
        highs.passModel(model)
        return highs

    def _bounds(self, goal: np.ndarray) -> tuple[float, float]:
        answers = []
        columns = np.arange(goal.size, dtype=np.int32)
        for sign in (1.0, -1.0):
            self._model.changeColsCost(goal.size, columns, sign * goal)
            self._model.run()
            if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise ValueError("the attack has no answer")
            answers.append(float(goal @ np.array(self._model.getSolution().col_value)))
        return answers[0], answers[1]
