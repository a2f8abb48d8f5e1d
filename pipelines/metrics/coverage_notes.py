"""What a figure leaves out, per school year and area: the words, and which figures cover the same.

A figure of an area of which nothing was delivered is not delivered. One of which a part is missing
says which part, and carries a mark: two figures are compared only where their marks are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.metrics.covering import Covering
from pipelines.metrics.metric import Level, Metric
from pipelines.warehouse.answering import Answering
from pipelines.warehouse.coverage import Coverage

UNKNOWN = "onbekend"  # the mark of a figure that is compared with nothing
FIRST = "eerste"  # the mark of a first delivered year, as it is the same everywhere
FIRST_YEAR = (
    "Eerste geleverde schooljaar: wat eerder begon en nog liep, is in geen levering en telt hier"
    " niet mee."
)
Place = tuple[str, str, str]  # school year, level, area


@dataclass(frozen=True)
class Note:
    """Of one metric and place. `absent`: nothing was delivered, and `text` says why.

    `mark`: empty where all that is owed is there; equal marks cover the same.
    """

    absent: bool
    text: str
    mark: str


@dataclass(frozen=True)
class _Unit:
    """A unit of a line in a school year."""

    delivered: bool
    first: bool
    unknown: bool
    suppliers: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Areas:
    """The schools and municipalities of every area, per level."""

    coverage: Coverage

    @cached_property
    def _members(self) -> Mapping[tuple[str, str], tuple[frozenset[str], frozenset[str]]]:
        found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}

        def enter(level: str, area: str | None, school: str, municipality: str | None) -> None:
            if area is None:
                return
            schools, municipalities = found.setdefault((level, area), (set(), set()))
            schools.update(s for s in (school,) if s)
            municipalities.update(m for m in (municipality,) if m)

        for row in self.coverage.schools.iter_rows(named=True):
            for level in ("gemeente", "wijk", "vestiging", "onderwijssoort"):
                enter(level, row[level], row["vestiging"], row["gemeente"])
            enter("totaal", "", row["vestiging"], row["gemeente"])
        for level, unit in (
            self.coverage.units.filter(pl.col("niveau").is_in(["gemeente", "vestiging"]))
            .select("niveau", "eenheid")
            .unique(maintain_order=True)
            .iter_rows()
        ):
            school = unit if level == "vestiging" else ""
            enter("totaal", "", school, None if school else unit)
            if not school:
                enter("gemeente", unit, "", unit)
        return {key: (frozenset(s), frozenset(m)) for key, (s, m) in found.items()}

    def of(self, level: str) -> tuple[str, ...]:
        return tuple(sorted(area for own, area in self._members if own == level))

    def units(self, line: Answering, level: str, area: str) -> frozenset[str] | None:
        """The units of a line in an area; None for all of them."""
        if line.level not in ("vestiging", "gemeente"):
            return None
        schools, municipalities = self._members.get((level, area), (frozenset(), frozenset()))
        return schools if line.level == "vestiging" else municipalities


def notes(
    metric: Metric, covering: Covering, levels: Iterable[Level], years: Iterable[str]
) -> dict[Place, Note]:
    """Every place of a metric that is not covered whole, with what to say of it."""
    areas = Areas(covering.coverage)
    lines = [
        line
        for line in covering.lines(metric)
        if line.dataset not in ("scholen", "gebieden") or line.dataset in metric.measure.datasets
    ]
    found: dict[Place, Note] = {}
    units = {line.name: _units(covering.coverage, line) for line in lines}
    suppliers = _suppliers(
        units[line.name] for line in lines if line.dataset in metric.measure.datasets
    )
    for year in years:
        for level in dict.fromkeys(levels):
            places = areas.of(level) if level != "aanbieder" else suppliers
            for area in places:
                note = _note(metric, covering, areas, lines, units, (year, level, area))
                if note is not None:
                    found[year, level, area] = note
    return found


Units = Mapping[tuple[str, str], _Unit]  # school year and unit


def _units(coverage: Coverage, line: Answering) -> Units:
    return {
        (year, unit): _Unit(delivered, first, unknown, tuple(suppliers.split("; ")), reason)
        for year, unit, delivered, first, unknown, suppliers, reason in coverage.of(line.name)
        .select("schooljaar", "eenheid", "geleverd", "eerste", "onbekend", "leveranciers", "reden")
        .iter_rows()
    }


def _suppliers(units: Iterable[Units]) -> tuple[str, ...]:
    names = {name for own in units for unit in own.values() for name in unit.suppliers}
    return tuple(sorted(names - {""}))


def _note(
    metric: Metric,
    covering: Covering,
    areas: Areas,
    lines: Iterable[Answering],
    units: Mapping[str, Units],
    place: Place,
) -> Note | None:
    year, level, _area = place
    texts: list[str] = []
    marks: list[str] = []
    absent: list[str] = []
    counted: frozenset[str] | None = None
    schools: frozenset[str] = frozenset()
    for line in lines:
        ahead = covering.years_ahead(metric) if line.dataset in metric.followed else 0
        own = units[line.name]
        here = _here(line, own, areas, place)
        gone = {
            unit: reason
            for unit in sorted(here)
            if (reason := _why_gone(own, unit, year, ahead)) is not None
        }
        if here and len(gone) == len(here) and not (line.level == "groep" and not gone):
            absent += dict.fromkeys(gone.values())
        if line.level == "vestiging" and level != "aanbieder":
            schools |= here
            kept = here - gone.keys()
            counted = kept if counted is None else counted & kept
        elsewhere = _elsewhere(metric, line, own, here, year, ahead)
        missing = gone | elsewhere
        texts += _left_out(missing, covering.coverage, line)
        marks += [f"{line.name}:{unit}" for unit in missing]
        vague = sorted(
            {own[year, u].reason for u in here if (year, u) in own and own[year, u].unknown}
        )
        texts += vague
        marks += [UNKNOWN] * bool(vague)
        earlier_texts, earlier_marks = _carried(
            metric, line, own, here - gone.keys(), year, covering
        )
        texts += earlier_texts
        marks += earlier_marks
    if absent or (schools and counted is not None and not counted):
        why = dict.fromkeys(absent or texts)
        return Note(True, " ".join(why), UNKNOWN)
    if not texts and not marks:
        return None
    return Note(False, " ".join(dict.fromkeys(texts)), _mark(marks))


def _here(line: Answering, own: Units, areas: Areas, place: Place) -> frozenset[str]:
    """The units of a line that are owed in an area and school year."""
    year, level, area = place
    owed = frozenset(unit for when, unit in own if when == year)
    if level == "aanbieder":
        return frozenset(unit for unit in owed if area in own[year, unit].suppliers)
    within = areas.units(line, level, area)
    return owed if within is None else owed & within


def _why_gone(own: Units, unit: str, year: str, ahead: int) -> str | None:
    """Why a unit does not count in a school year; None when it does."""
    first = int(year[:4])
    for later in range(first, first + ahead + 1):
        found = own.get((f"{later}/{later + 1}", unit))
        if found is not None and not found.delivered:
            return found.reason
    return None


def _elsewhere(
    metric: Metric, line: Answering, own: Units, here: frozenset[str], year: str, ahead: int
) -> dict[str, str]:
    """Other municipalities where pupils of these schools may live, that do not count."""
    if line.level != "gemeente" or metric.measure.homes == ("gemeente",):
        return {}
    others = sorted({unit for when, unit in own if when == year} - here)
    found = ((unit, _why_gone(own, unit, year, ahead)) for unit in others)
    return {unit: reason for unit, reason in found if reason is not None}


def _carried(
    metric: Metric,
    line: Answering,
    own: Units,
    here: frozenset[str],
    year: str,
    covering: Covering,
) -> tuple[list[str], list[str]]:
    """What is incomplete because an earlier school year was not delivered."""
    if not metric.measure.carries or line.dataset not in metric.measure.datasets:
        return [], []
    running = metric.measure.carries == "lopend"
    texts: list[str] = []
    marks: list[str] = []
    first = sorted(unit for unit in here if own[year, unit].first)
    opening = {unit for unit in first if not any(w < year and u == unit for w, u in own)}
    if running and opening:
        texts.append(FIRST_YEAR)
    if running and first:
        marks += [FIRST] if len(first) == len(here) else [f"{FIRST}:{unit}" for unit in first]
    before = sorted({when for when, _unit in own if when < year})
    for when in before:
        gone = {
            unit: own[when, unit].reason
            for unit in sorted(here)
            if (when, unit) in own and not own[when, unit].delivered
        }
        if gone:
            texts += [
                f"Wat in {when} begon, ontbreekt: {t}"
                for t in _named(gone, covering.coverage, line)
            ]
    return texts, marks


def _left_out(gone: Mapping[str, str], coverage: Coverage, line: Answering) -> list[str]:
    return [f"Niet meegeteld: {text}" for text in _named(gone, coverage, line)]


def _named(gone: Mapping[str, str], coverage: Coverage, line: Answering) -> Iterator[str]:
    """Units by why they are missing: one by its name, more schools by their number."""
    by_reason: dict[str, list[str]] = {}
    for unit, reason in gone.items():
        by_reason.setdefault(reason, []).append(unit)
    names = dict(coverage.schools.select("vestiging", "naam").iter_rows())
    for reason, units in by_reason.items():
        listed = [coverage.municipalities.get(u) or names.get(u) or u for u in sorted(units)]
        several = line.level == "vestiging" and len(units) > 1
        who = f"{len(units)} scholen" if several else ", ".join(filter(None, listed)) or "alles"
        yield f"{who} ({reason.rstrip('.')})."


def _mark(marks: Iterable[str]) -> str:
    """Equal for figures that cover the same; readable where it says the same everywhere."""
    listed = sorted(set(marks))
    if UNKNOWN in listed:
        return UNKNOWN
    if listed in ([], [FIRST]):
        return "".join(listed)
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()[:8]
