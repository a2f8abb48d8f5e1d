"""What was delivered of what is owed: supplier x dataset x unit x school year, delivered or not.

A unit (municipality, school, group of respondents) was delivered in a school year when every
supplier that answers for it then has a loaded delivery that covers the year. Who answers for it
follows from all that was ever delivered about it, also by deliveries that were replaced or
withdrawn since (`register.eenheden` keeps the units of each), by these rules:

- a supplier answers for a unit from the first to the last school year of the deliveries in which
  it delivered rows about it. In the years after, too, unless another took over (whose first year
  is the last year of the one before, or later); so does the first one, in the years before;
- a board answers for all its schools, a municipality for its schools, and a supplier of social work
  for the same schools in all it delivers (`samen` and `met` in the delivery calendar);
- within a year that a supplier delivered, a unit without a row has zero, except in datasets that
  have a row for every unit (numbers of pupils, scores): there it is missing;
- a school that has pupils in other years but none any more (merged, closed), or not yet, is not
  owed;
- of hours, money and scores a sum without a row that was kept apart is too low: that unit was not
  delivered whole;
- a year that a supplier delivers by month was delivered when all its months are there; in the
  newest year, all up to its last one;
- whoever nobody ever delivered for is not delivered either, where the calendar says that every
  unit is owed.

One part is in no delivery: the school days of the municipalities in which pupils stay at home. What
lasts a number of school days can be told in a school year of which all of them are known, and of
the year before, in which it may have begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines import schoolyear
from pipelines.contracts import Contracts
from pipelines.warehouse import units
from pipelines.warehouse.answering import SCHOOL_DAYS, Answering, answering
from pipelines.warehouse.engine import as_frame
from pipelines.warehouse.school_calendar import COLUMNS, Calendars
from pipelines.warehouse.units import Register

if TYPE_CHECKING:
    import ibis.expr.types as ir

TABLE = "dekking"  # its name among the tables that metrics and effects are given
SCHEMA = {
    "dataset": pl.String,
    "onderdeel": pl.String,
    "schooljaar": pl.String,
    "niveau": pl.String,
    "eenheid": pl.String,
    "leveranciers": pl.String,
    "geleverd": pl.Boolean,
    "eerste": pl.Boolean,
    "onbekend": pl.Boolean,
    "reden": pl.String,
}


@dataclass(frozen=True)
class Coverage:
    """Which units were delivered when.

    `units`, sorted, one row per `onderdeel` x `schooljaar` x `eenheid`:

    - dataset, onderdeel: the line of `dekking` in the delivery calendar; most are named after their
      dataset, `activiteiten` has two (groepsaanbod, jongerenwerk), and `schooldagen` is in none;
    - schooljaar: 2024/2025, of every school year that a delivery about children covers;
    - niveau, eenheid: gemeente, vestiging, groep or totaal, and its code ('' for totaal);
    - leveranciers: who answers for it, by name, separated by '; '; empty when nobody is known;
    - geleverd: whether all of them delivered;
    - eerste: first delivered year of the unit: the year before was not delivered, so that what
      began earlier and still runs is in no delivery;
    - onbekend: delivered in a file without a period, so that a year without rows may be zero or
      missing: such a unit and year is compared with nothing;
    - reden: one Dutch sentence; for what is not delivered which supplier and why, for `onbekend`
      the file to mend; otherwise ''.

    A unit that is not in `units` is nobody's: rows about it are counted as they are.

    `schools`: vestiging, naam, gemeente, wijk, onderwijssoort of every known school.
    `municipalities`: code -> name. `neighbourhoods`: code of a wijk -> its municipality.
    """

    units: pl.DataFrame
    schools: pl.DataFrame
    municipalities: Mapping[str, str]
    neighbourhoods: Mapping[str, str]

    def of(self, name: str) -> pl.DataFrame:
        """`units` of a dataset, or of one line of it."""
        column = pl.col("onderdeel") if name in answering() else pl.col("dataset")
        return self.units.filter(column == name)

    def delivered(self, name: str) -> pl.DataFrame:
        """schooljaar, eenheid of what was delivered of a dataset or line, sorted."""
        return self.of(name).filter("geleverd").select("schooljaar", "eenheid")

    def missing(self, name: str) -> pl.DataFrame:
        """schooljaar, eenheid, leveranciers, reden of what was not delivered, sorted."""
        found = self.of(name).filter(~pl.col("geleverd"))
        return found.select("schooljaar", "eenheid", "leveranciers", "reden")

    def as_ibis(self) -> ir.Table:
        """`units` as a table of any engine, for `tables[TABLE]`."""
        import ibis  # takes a second: only for counting

        return ibis.memtable(self.units.to_arrow())


def coverage(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Coverage:
    """The coverage of all that is on record in a warehouse."""
    units.create(con)
    register = units.read(con, contracts)
    rows: list[dict[str, object]] = []
    shown = {line.name: _shown(line, register) for line in answering().values()}
    lives = _lives(register)
    for line in answering().values():
        rows += _line(line, register, shown, lives)
    rows += _school_days(con, [row for row in rows if row["onderdeel"] == "thuiszitters"])
    schools = as_frame(
        con.execute(
            "SELECT DISTINCT vestigingscode AS vestiging, naam, gemeente, wijkcode AS wijk,"
            " onderwijssoort FROM scholen ORDER BY 1"
        )
    )
    names = con.execute(
        "SELECT DISTINCT gemeente, gemeentenaam FROM gebieden ORDER BY 1"
    ).fetchall()
    return Coverage(
        pl.DataFrame(rows, schema=SCHEMA).sort("onderdeel", "schooljaar", "eenheid"),
        schools,
        {code: str(name or code) for code, name in names if code},
        dict(
            con.execute(
                "SELECT DISTINCT wijk, gemeente FROM gebieden WHERE wijk IS NOT NULL ORDER BY 1"
            ).fetchall()
        ),
    )


# Who answers for what ---------------------------------------------------------------------------

Shown = Mapping[str, Mapping[str, frozenset[int]]]  # unit -> supplier -> school years


def _shown(line: Answering, register: Register) -> Shown:
    found: dict[str, dict[str, set[int]]] = {}
    for receipt in register.receipts:
        for code, year in register.rows.get((receipt.delivery, line.name), ()):
            years = register.years if year is None else {year, *receipt.years}
            for unit in register.placed(line, code):
                by = found.setdefault(unit, {})
                by.setdefault(receipt.supplier, set()).update(years)
    return {
        unit: {supplier: frozenset(years) for supplier, years in by.items()}
        for unit, by in found.items()
        if unit or line.level == "totaal"
    }


@dataclass(frozen=True)
class _Answers:
    """Who delivered about a unit, and in which years: of its own, or of the group it is in."""

    own: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def expected(self, year: int) -> tuple[str, ...]:
        """Suppliers that answer for the unit in a year, by name."""
        return tuple(sorted(s for s in self.own if self._owes(s, year)))

    def _owes(self, supplier: str, year: int) -> bool:
        years = self.own[supplier]
        if not years or min(years) <= year <= max(years):
            return True
        others = [y for s, y in self.own.items() if s != supplier and y]
        if year > max(years):
            return not any(min(o) >= max(years) and min(o) <= year for o in others)
        return not any(min(o) <= year and max(o) >= year for o in others)


def _answers(
    line: Answering, unit: str, register: Register, shown: Mapping[str, Shown]
) -> _Answers:
    found: dict[str, set[int]] = {s: set(y) for s, y in shown[line.name].get(unit, {}).items()}
    for other in line.with_:
        for supplier, years in shown[other].get(unit, {}).items():
            found.setdefault(supplier, set()).update(years)
    if not found and line.together:
        for school in register.like(line, unit):
            for supplier, years in shown[line.name].get(school, {}).items():
                found.setdefault(supplier, set()).update(years)
    return _Answers({supplier: frozenset(years) for supplier, years in found.items()})


def _years_with_rows(register: Register, name: str) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = {}
    for (_delivery, line), rows in register.rows.items():
        for unit, year in rows:
            if line == name and year is not None:
                found.setdefault(unit, set()).add(year)
    return found


def _lives(register: Register) -> Mapping[str, tuple[int, int]]:
    """School -> first and last school year in which it has pupils."""
    pupils = _years_with_rows(register, "leerlingaantallen")
    return {unit: (min(years), max(years)) for unit, years in pupils.items()}


def _owed(
    line: Answering, register: Register, shown: Shown, lives: Mapping[str, tuple[int, int]]
) -> dict[str, set[int]]:
    """Unit -> school years that somebody owes; a school only while it has pupils."""
    known: frozenset[str] = frozenset()
    if line.required:
        match line.level:
            case "totaal":
                known = frozenset({""})
            case "gemeente":
                known = register.municipalities
            case "groep":
                known = register.groups
            case "vestiging":
                known = frozenset(
                    code
                    for code, about in register.schools.items()
                    if not line.kinds or about["onderwijssoort"] in line.kinds
                )
    everyone = {year for span in lives.values() for year in span}
    rows = _years_with_rows(register, line.name)
    found: dict[str, set[int]] = {}
    for unit in known | frozenset(shown):
        years = set(register.years)
        if line.level == "vestiging" and unit in lives and everyone:
            first, last = lives[unit]
            counted = {y for y in years if min(everyone) <= y <= max(everyone)}
            years -= {y for y in counted if not first <= y <= last} - rows.get(unit, set())
        found[unit] = years
    return found


# The rows of a line -----------------------------------------------------------------------------


def _line(
    line: Answering,
    register: Register,
    shown: Mapping[str, Shown],
    lives: Mapping[str, tuple[int, int]],
) -> Iterable[dict[str, object]]:
    loaded = _loaded_rows(line, register)
    for unit, years in _owed(line, register, shown[line.name], lives).items():
        answers = _answers(line, unit, register, shown)
        reasons = {y: _reason(line, unit, y, answers, register, loaded) for y in years}
        for year in sorted(years):
            expected = answers.expected(year)
            vague = _vague(line, expected, register)
            delivered = not reasons[year]
            yield {
                "dataset": line.dataset,
                "onderdeel": line.name,
                "schooljaar": _label(year),
                "niveau": line.level,
                "eenheid": unit,
                "leveranciers": "; ".join(expected),
                "geleverd": delivered,
                "eerste": delivered and bool(reasons.get(year - 1, "geen levering")),
                "onbekend": delivered and bool(vague),
                "reden": reasons[year] or vague,
            }


def _school_days(
    con: duckdb.DuckDBPyConnection, owed: Iterable[Mapping[str, object]]
) -> Iterable[dict[str, object]]:
    """Of the same municipalities and school years, whether their school days are known."""
    calendars = Calendars.of(
        *(
            as_frame(con.execute(f"SELECT {', '.join(COLUMNS[name])} FROM {name}"))
            for name in COLUMNS
        )
    )
    for row in owed:
        town, year = str(row["eenheid"]), schoolyear.year_of(str(row["schooljaar"]))
        unknown = [y for y in (year - 1, year) if not calendars.known(town, y)]
        mend = (
            "lever een schoolkalender met de vakanties en de lesdagen"
            if calendars.regions.get(town)
            else "vul de vakantieregio in in gebieden of in scholen"
        )
        what = f"{SCHOOL_DAYS.name} {' en '.join(_label(y) for y in unknown)}"
        yield {
            **row,
            "dataset": SCHOOL_DAYS.dataset,
            "onderdeel": SCHOOL_DAYS.name,
            "leveranciers": "",
            "geleverd": not unknown,
            "eerste": False,
            "onbekend": False,
            "reden": f"{what}: niet te bepalen; {mend}." if unknown else "",
        }


def _label(year: int) -> str:
    return schoolyear.label(year)


def _loaded_rows(line: Answering, register: Register) -> frozenset[tuple[str, int | None]]:
    return frozenset(
        (register.place(line, unit), year)
        for r in register.receipts
        if r.status == "geladen"
        for unit, year in register.rows.get((r.delivery, line.name), ())
    )


def _reason(
    line: Answering,
    unit: str,
    year: int,
    answers: _Answers,
    register: Register,
    loaded: frozenset[tuple[str, int | None]],
) -> str:
    """Why a unit was not delivered in a year; empty when it was."""
    what = f"{line.name} {_label(year)}"
    expected = answers.expected(year)
    if not expected:
        return f"{what}: hiervan is van niemand een levering bekend."
    present = {(unit, year), (unit, None)} & loaded
    for supplier in expected:
        held = register.loaded(line.dataset, supplier)
        if present and line.needs_row and line.level != "groep":
            continue
        if not any(year in r.years or not r.years for r in held):
            return f"{what} van {supplier}: {_became(line.dataset, supplier, year, register)}."
        if months := register.months.get((line.dataset, supplier, year)):
            return f"{what} van {supplier}: van {_listed(months)} is niets geleverd."
    apart = {(unit, year), (unit, None)} & register.apart.get(line.name, frozenset())
    if apart and not (present and line.needs_row):
        return f"{what} van {'; '.join(expected)}: een rij van deze school is afgekeurd."
    if line.needs_row and not present:
        return f"{what} van {'; '.join(expected)}: de rij ontbreekt."
    return ""


def _listed(months: Sequence[str]) -> str:
    """The months by name, or how many where they are many."""
    return ", ".join(months) if len(months) <= 3 else f"{len(months)} van de 12 maanden"


def _became(dataset: str, supplier: str, year: int, register: Register) -> str:
    """What became of a delivery that would have covered a year."""
    about = [r for r in register.receipts if (r.dataset, r.supplier) == (dataset, supplier)]
    words = {"ingetrokken": "de levering is ingetrokken", "geweigerd": "de levering is geweigerd"}
    for receipt in reversed(about):
        if receipt.status in words and (year in receipt.years or not receipt.years):
            return words[receipt.status]
    return "er is niets geleverd"


def _vague(line: Answering, expected: Iterable[str], register: Register) -> str:
    """The file whose period is not known, with what to do; empty when there is none."""
    if line.needs_row:
        return ""
    for supplier in expected:
        for receipt in register.loaded(line.dataset, supplier):
            if not receipt.dated:
                return (
                    f"{receipt.file} ({line.dataset} van {supplier}) noemt geen schooljaren, zodat"
                    " niet te zien is wat ontbreekt en wat nul is. Zet ze in de bestandsnaam, zoals"
                    f" {line.dataset}_2023-2024."
                )
    return ""
