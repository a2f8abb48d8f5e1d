"""An attacker on everything that is published about the same people, and made-up people to count.

Nothing of `pipelines.release` is imported. One linear program holds every cell of every count at
once: what is shown and how it was rounded, which areas add up to which, that pupils <= cases <=
days, that a shown count has at least the threshold of pupils behind it, that nobody answers a
question twice, and what earlier releases showed. Per hidden cell it works out the lowest and the
highest number that agree with all of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
import polars as pl

from pipelines.ingest import questionnaires

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
YEAR = "2024/2025"
THRESHOLD, ROUNDING, FAR = 5, 5, 10_000
FEWEST_SCHOOLS, MANY, INSIDE = 3, 99, 3
LEVELS = ("totaal", "gemeente", "wijk", "vestiging")
SLACK = 1e-6

Cell = tuple[str, str, str]  # count, level, area


@dataclass(frozen=True)
class Child:
    """One suspended pupil, or one invited respondent: at which school, and how many units of every
    count it brings."""

    school: str
    units: Mapping[str, int]


@dataclass(frozen=True)
class Counts:
    """Linked counts of one register. `areas`: school -> level -> area. `figures`: count -> measure,
    unit, metric and part. `atmost`: (less, more, times). `people`: count -> the count of the
    distinct children behind it."""

    children: Sequence[Child]
    areas: Mapping[str, Mapping[str, str]]
    figures: Mapping[str, tuple[str, str, str, str]]
    atmost: tuple[tuple[str, str, int], ...]
    people: Mapping[str, str]
    threshold: Mapping[str, int] = field(default_factory=dict)

    def least(self, count: str) -> int:
        """From how many children a count shows."""
        return self.threshold.get(count, THRESHOLD)

    def truth(self) -> dict[Cell, tuple[int, int, int]]:
        """Per cell units, children and schools."""
        units: dict[Cell, int] = {}
        children: dict[Cell, int] = {}
        schools: dict[Cell, set[str]] = {}
        for school, areas in self.areas.items():
            for count in self.figures:
                for level, area in areas.items():
                    cell = (count, level, area)
                    units.setdefault(cell, 0)
                    children.setdefault(cell, 0)
                    schools.setdefault(cell, set())
            for child in self.children:
                if child.school != school:
                    continue
                for count in self.figures:
                    if not child.units.get(count):
                        continue
                    for level, area in areas.items():
                        cell = (count, level, area)
                        units[cell] += child.units[count]
                        children[cell] += 1
                        schools[cell].add(school)
        of_schools = all("vestiging" in areas for areas in self.areas.values())
        return {
            cell: (units[cell], children[cell], len(schools[cell]) if of_schools else MANY)
            for cell in units
        }


def suspensions(seed: int) -> Counts:
    """Pupils, cases and school days of suspension of a few schools."""
    draw = np.random.default_rng(seed)
    areas = _areas(draw, int(draw.integers(5, 9)))
    children = []
    for school in areas:
        for _ in range(int(draw.choice([1, 2, 3, 4, 6, 9, 14, 22]))):
            cases = int(draw.choice([1, 1, 1, 2, 3]))
            days = int(sum(draw.integers(1, 4, cases)))
            children.append(Child(school, {"pupils": 1, "cases": cases, "days": days}))
    return Counts(
        children,
        areas,
        {
            "pupils": ("geschorste_leerlingen", "leerlingen", "sch_per_1000", "teller"),
            "cases": ("schorsingen", "schorsingen", "sch_per_1000_schorsingen", "teller"),
            "days": ("schorsingen.schooldagen", "schooldagen", "sch_dagen", "teller"),
        },
        (("pupils", "cases", 1), ("cases", "days", 1)),
        {"cases": "pupils", "days": "pupils"},
    )


def trajectories(seed: int) -> Counts:
    """Pupils with a trajectory in the year, and the trajectories that began in it."""
    draw = np.random.default_rng(seed)
    areas = _areas(draw, int(draw.integers(5, 9)))
    children = []
    for school in areas:
        for _ in range(int(draw.choice([1, 2, 4, 5, 5, 6, 7, 14]))):
            children.append(Child(school, {"pupils": 1, "started": int(draw.choice([0, 1, 1, 2]))}))
    return Counts(
        children,
        areas,
        {
            "pupils": ("leerlingen_met_traject", "leerlingen", "smw_leerlingen", "teller"),
            "started": ("gestarte_trajecten", "trajecten", "smw_trajecten", "teller"),
        },
        (),
        {"started": "pupils"},
    )


QUESTIONS = max(
    sum(group in item.groups and not item.last for item in questionnaires.items())
    for group in questionnaires.GROUPS
)


def responses(seed: int) -> Counts:
    """Who was invited to the yearly evaluation, who answered, and the answers, per municipality."""
    draw = np.random.default_rng(seed)
    areas = {
        f"GM{i}": {"totaal": "", "gemeente": f"GM{i}"} for i in range(int(draw.integers(3, 7)))
    }
    children = []
    for area in areas:
        gone = int(draw.choice([0, 1, 2, 3, 8]))
        for i in range(int(draw.integers(12, 40))):
            answers = QUESTIONS - int(draw.choice([0, 0, 0, 1])) if i >= gone else 0
            units = {"invited": 1, "answered": int(answers > 0), "answers": answers}
            children.append(Child(area, units))
    return Counts(
        children,
        areas,
        {
            "answered": ("genodigden", "genodigden", "ev_respons", "teller"),
            "invited": ("genodigden", "genodigden", "ev_respons", "noemer"),
            "answers": ("antwoorden", "antwoorden", "ev_score", "noemer"),
        },
        (("answered", "invited", 1), ("answers", "answered", QUESTIONS)),
        {"answers": "answered"},
        {"answers": 10},
    )


def _areas(draw: np.random.Generator, schools: int) -> dict[str, dict[str, str]]:
    found = {}
    for i in range(schools):
        gemeente = int(draw.integers(0, 2))
        found[f"{i:02d}AA00"] = {
            "totaal": "",
            "gemeente": f"GM{gemeente}",
            "wijk": f"WK{gemeente}{int(draw.integers(0, 2))}",
            "vestiging": f"{i:02d}AA00",
        }
    return found


def frames(counts: Counts, measure: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Cells, atoms and figures of one measure, as the metrics stage hands them over."""
    truth = counts.truth()
    own = {name: figure for name, figure in counts.figures.items() if figure[0] == measure}
    cells = [cell for cell in sorted(truth) if cell[0] in own]
    number = {cell: i for i, cell in enumerate(cells)}
    atoms: dict[tuple[int, ...], int] = {}
    for child in counts.children:
        inside = [name for name in own if child.units.get(name)]
        places = counts.areas[child.school].items()
        kind = tuple(sorted(number[name, level, area] for name in inside for level, area in places))
        if inside:
            atoms[kind] = atoms.get(kind, 0) + child.units[inside[0]]
    frame = pl.DataFrame(
        [(number[c], YEAR, c[1], c[2], "", "", own[c[0]][3], *truth[c]) for c in cells],
        schema=["cel", *KEY, "deel", "aantal", "kinderen", "scholen"],
        orient="row",
    )
    both = len(own) > 1
    (metric,) = {figure[2] for figure in own.values()}
    parts = [
        frame.filter(pl.col("deel") == deel).select(*KEY, pl.col("cel").alias(deel))
        for deel in sorted({figure[3] for figure in own.values()})
    ]
    figures = parts[0] if not both else parts[0].join(parts[1], on=list(KEY))
    absent = [pl.lit(None, pl.Int64).alias(d) for d in ("teller", "noemer") if d not in figures]
    return (
        frame,
        pl.DataFrame(
            {"aantal": list(atoms.values()), "cellen": [list(a) for a in atoms]},
            schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)},
        ),
        figures.with_columns(
            *absent,
            metriek=pl.lit(metric),
            complement=pl.lit(both),
            bekend=pl.lit(None, pl.Float64),
        ).select("metriek", *KEY, "teller", "noemer", "complement", "bekend"),
    )


@dataclass
class Attacker:
    """What was seen of every cell; `None` for a mark. `earlier`: what releases before showed."""

    counts: Counts
    shown: Mapping[Cell, int | None]
    earlier: Sequence[Mapping[Cell, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cells = list(self.shown)
        place = {cell: i for i, cell in enumerate(self.cells)}
        low, high = np.zeros(len(place)), np.full(len(place), float(FAR))
        for release in (self.shown, *self.earlier):
            for cell, number in release.items():
                if number is None:
                    continue
                threshold = self.counts.least(cell[0])
                least, most = self._range(number, threshold)
                low[place[cell]] = max(low[place[cell]], least)
                high[place[cell]] = min(high[place[cell]], most)
                people = (self.counts.people.get(cell[0], ""), *cell[1:])
                if number and people in place:
                    low[place[people]] = max(low[place[people]], threshold)
        self.place, self.low, self.high = place, low, high
        self.model = highspy.Highs()
        self.model.silent()
        self.model.setOptionValue("threads", 1)
        self.model.addVars(len(place), low, high)
        for terms, least, most in self._relations():
            columns = np.array([place[cell] for cell in terms], np.int32)
            self.model.addRow(least, most, columns.size, columns, np.array([*terms.values()]))

    @staticmethod
    def _range(number: int, threshold: int) -> tuple[int, int]:
        possible = [
            n
            for n in range(max(0, number - ROUNDING), number + ROUNDING)
            if (n + ROUNDING // 2) // ROUNDING * ROUNDING == number and (n == 0 or n >= threshold)
        ]
        return (0, 0) if number == 0 else (min(possible), max(possible))

    def _relations(self) -> Iterator[tuple[dict[Cell, float], float, float]]:
        above: dict[Cell, set[Cell]] = {}
        for areas in self.counts.areas.values():
            for count in self.counts.figures:
                *wider, finest = [level for level in LEVELS if level in areas]
                for level in wider:
                    whole = (count, level, areas[level])
                    above.setdefault(whole, set()).add((count, finest, areas[finest]))
        for whole, parts in above.items():
            yield {whole: 1.0, **dict.fromkeys(sorted(parts), -1.0)}, 0.0, 0.0
        for less, more, times in self.counts.atmost:
            for _, level, area in [c for c in self.cells if c[0] == less]:
                if (more, level, area) in self.place:
                    terms = {(more, level, area): float(times), (less, level, area): -1.0}
                    yield terms, 0.0, highspy.kHighsInf

    def bounds(self, cell: Cell, less: Cell | None = None) -> tuple[float, float]:
        """Lowest and highest number of a cell, or of what is left without another."""
        terms = {self.place[cell]: 1.0} | ({} if less is None else {self.place[less]: -1.0})
        answers = []
        for sign in (1.0, -1.0):
            for column, weight in terms.items():
                self.model.changeColCost(column, sign * weight)
            self.model.run()
            if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise ValueError("nothing agrees with all that was seen")
            answers.append(sign * self.model.getObjectiveValue())
        for column in terms:
            self.model.changeColCost(column, 0.0)
        return answers[0], answers[1]

    def _told_by_schools(self, cell: Cell, truth: Mapping[Cell, tuple[int, int, int]]) -> bool:
        """Whether an area is hidden for its few schools only, which all show their own number."""
        count, level, area = cell
        units, children, schools = truth[cell]
        inside = [
            (count, "vestiging", school)
            for school, areas in self.counts.areas.items()
            if areas[level] == area
        ]
        return (
            schools < FEWEST_SCHOOLS
            and min(units, children) >= self.counts.least(count)
            and all(self.shown[one] is not None for one in inside)
        )

    def findings(self) -> list[tuple[str, Cell]]:
        """Hidden cells of which too much is told: exact, narrow, or weak (0 or T ruled out)."""
        found = []
        truth = self.counts.truth()
        for cell, (units, children, _) in truth.items():
            if self.shown[cell] is not None or units == 0 or self._told_by_schools(cell, truth):
                continue
            low, high = self.bounds(cell)
            if not low - SLACK <= units <= high + SLACK:
                raise ValueError("the truth is ruled out")
            if high - low < 1 - SLACK:
                found.append(("exact", cell))
            elif high - low < ROUNDING - SLACK:
                found.append(("narrow", cell))
            elif min(units, children) < (least := self.counts.least(cell[0])) and (
                low > SLACK or high < least - SLACK
            ):
                found.append(("weak", cell))
        return [*found, *self._of_the_rest(truth)]

    def insiders(self) -> Iterator[tuple[str, Cell]]:
        """Small cells of others that a school, a wijkteam or a municipality, which knows its own
        units and those of the schools and wijken in it, comes nearer than `INSIDE` units."""
        truth = self.counts.truth()
        for level in LEVELS[1:]:
            for area in sorted({areas.get(level, "") for areas in self.counts.areas.values()}):
                mine = {s for s, areas in self.counts.areas.items() if areas.get(level) == area}
                of_others = replace(
                    self.counts, children=[c for c in self.counts.children if c.school not in mine]
                ).truth()
                known = [c for c in self.cells if c[1] in LEVELS[1:] and self._inside(c, mine)]
                self._fix(known, truth)
                for cell, (units, children, _) in truth.items():
                    if self.shown[cell] is not None or not min(units, children) > 0:
                        continue
                    if min(units, children) >= self.counts.least(cell[0]) or cell in known:
                        continue
                    if not all(of_others[c][0] for c in self._larger(cell)):
                        continue
                    low, high = self.bounds(cell)
                    if high - low < INSIDE - SLACK:
                        yield f"insider {level} {area}", cell
                self._fix(known, None)

    def _inside(self, cell: Cell, mine: set[str]) -> bool:
        schools = {s for s, areas in self.counts.areas.items() if areas.get(cell[1]) == cell[2]}
        return schools <= mine

    def _larger(self, cell: Cell) -> list[Cell]:
        """A cell, and those of counts that are at least as large there."""
        found = [cell]
        for count, *place in found:  # grows while it is walked through
            found += [(more, *place) for less, more, _ in self.counts.atmost if less == count]
        return found

    def _fix(
        self, cells: Sequence[Cell], truth: Mapping[Cell, tuple[int, int, int]] | None
    ) -> None:
        """Give cells their true number, or what a reader knows of them again."""
        for cell in cells:
            place = self.place[cell]
            low, high = (self.low[place], self.high[place])
            if truth is not None:
                low = high = float(truth[cell][0])
            self.model.changeColBounds(place, low, high)

    def _of_the_rest(
        self, truth: Mapping[Cell, tuple[int, int, int]]
    ) -> Iterator[tuple[str, Cell]]:
        """Shares of which it shows how few do not belong to them."""
        for count, (measure, _, metric, part) in self.counts.figures.items():
            if part != "noemer":
                continue
            for other, figure in self.counts.figures.items():
                if figure != (measure, figure[1], metric, "teller"):
                    continue
                for _, *place in [c for c in self.cells if c[0] == count]:
                    whole, inside = (count, *place), (other, *place)
                    rest, least = truth[whole][0] - truth[inside][0], self.counts.least(other)
                    if not truth[inside][0] or not 0 < rest < least:
                        continue
                    low, high = self.bounds(whole, inside)
                    if low > SLACK or high < least - SLACK:
                        yield ("weak", inside)
