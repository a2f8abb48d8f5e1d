"""What a figure leaves out, per school year and area: the words, and which figures cover the same.

A figure of an area of which nothing was delivered is not delivered. One of which a part is missing
says which part, and carries a mark: two figures are compared only where their marks are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from pipelines import schoolyear
from pipelines.metrics.covering import Covering
from pipelines.metrics.metric import Metric, PerUnit, Rate
from pipelines.warehouse.answering import Answering, answering
from pipelines.warehouse.coverage import Coverage

UNKNOWN = "onbekend"  # the mark of a figure that is compared with nothing
FIRST = "eerste"  # the mark of a first delivered year, as it is the same everywhere
FIRST_YEAR = (
    "Eerste geleverde schooljaar: wat eerder begon en nog liep, is in geen levering en telt hier"
    " niet mee."
)
Place = tuple[str, str, str]  # school year, level, area
SCHOOLS = "scholen"
_COLUMNS = ("schooljaar", "eenheid", "geleverd", "eerste", "onbekend", "leveranciers", "reden")


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


Units = Mapping[str, Mapping[str, _Unit]]  # school year -> unit -> what is known of it


@dataclass(frozen=True)
class Areas:
    """The schools and municipalities of every area, per level, and what is known of units.

    `codes`: every onderwijssoort there is.
    """

    coverage: Coverage
    codes: tuple[str, ...] = ()
    _states: dict[str, Units] = field(default_factory=dict)

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
            enter(level, unit, school, None if school else unit)
        for area, municipality in self.coverage.neighbourhoods.items():
            if municipality in self.without_list:
                enter("wijk", area, "", municipality)
        for kind in self.codes if self.without_list else ():
            enter("onderwijssoort", kind, "", None)
        return {key: (frozenset(s), frozenset(m)) for key, (s, m) in found.items()}

    @cached_property
    def without_list(self) -> Mapping[str, str]:
        """Municipality of which no list of schools was delivered -> why; of every year alike."""
        missing = self.coverage.missing(SCHOOLS)
        return {unit: reason for _year, unit, _who, reason in missing.iter_rows()}

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Every onderwijssoort of a school on a list."""
        return frozenset(self.coverage.schools["onderwijssoort"].drop_nulls())

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(self.coverage.schools["vestiging"]) | self.kinds

    def unlisted(self, level: str, area: str) -> Mapping[str, str]:
        """Of an area that is in no list of schools: the municipalities without one, and why."""
        if level in ("vestiging", "onderwijssoort"):
            return {} if area in self._listed else self.without_list
        _schools, municipalities = self._members.get((level, area), (frozenset(), frozenset()))
        return {m: self.without_list[m] for m in sorted(municipalities) if m in self.without_list}

    @classmethod
    def asked(cls, covering: Covering) -> Areas:
        return cls(covering.coverage, tuple(covering.context.contracts.codes["onderwijssoort"]))

    def of(self, level: str) -> tuple[str, ...]:
        return tuple(sorted(area for own, area in self._members if own == level))

    def units(self, line: Answering, level: str, area: str) -> frozenset[str] | None:
        """The units of a line in an area; None for all of them."""
        if line.level not in ("vestiging", "gemeente"):
            return None
        schools, municipalities = self._members.get((level, area), (frozenset(), frozenset()))
        return schools if line.level == "vestiging" else municipalities

    def states(self, line: Answering) -> Units:
        """Every unit of a line, per school year."""
        if line.name not in self._states:
            found: dict[str, dict[str, _Unit]] = {}
            for year, unit, delivered, first, unknown, suppliers, reason in (
                self.coverage.of(line.name).select(*_COLUMNS).iter_rows()
            ):
                who = tuple(suppliers.split("; "))
                found.setdefault(year, {})[unit] = _Unit(delivered, first, unknown, who, reason)
            self._states[line.name] = found
        return self._states[line.name]


def notes(
    metric: Metric,
    covering: Covering,
    areas: Areas,
    levels: Iterable[str],
    years: Iterable[str],
) -> dict[Place, Note]:
    """Every place of a metric that is not covered whole, with what to say of it."""
    lines = [
        line
        for line in covering.lines(metric)
        if line.dataset not in (SCHOOLS, "gebieden") or line.dataset in metric.measure.datasets
    ]
    found: dict[Place, Note] = {}
    suppliers = _suppliers(
        areas.states(line) for line in lines if line.dataset in metric.measure.datasets
    )
    for year in years:
        for level in dict.fromkeys(levels):
            places = areas.of(level) if level != "aanbieder" else suppliers
            for area in places:
                note = _note(metric, covering, areas, lines, (year, level, area))
                if note is not None:
                    found[year, level, area] = note
    return found


def _suppliers(units: Iterable[Units]) -> tuple[str, ...]:
    found = (unit for own in units for year in own.values() for unit in year.values())
    names = {name for unit in found for name in unit.suppliers}
    return tuple(sorted(names - {""}))


def _note(
    metric: Metric, covering: Covering, areas: Areas, lines: Iterable[Answering], place: Place
) -> Note | None:
    year, level, _area = place
    found = _Found()
    counted: frozenset[str] | None = None
    schools: frozenset[str] = frozenset()
    _without_list(metric, areas, place, found)
    _worked_out_otherwise(metric, areas, place, found)
    for line in lines:
        ahead = covering.years_ahead(metric) if line.dataset in metric.followed else 0
        own = areas.states(line)
        here = _here(line, own, areas, place)
        gone = {
            unit: reason
            for unit in sorted(here)
            if (reason := _why_gone(own, unit, year, ahead)) is not None
        }
        whole = bool(here) and len(gone) == len(here)
        found.absent += dict.fromkeys(gone.values() if whole else ())
        if line.level == "vestiging" and level != "aanbieder":
            schools |= here
            kept = here - gone.keys()
            counted = kept if counted is None else counted & kept
        elsewhere = _elsewhere(metric, line, own, here, place, ahead)
        missing = gone | elsewhere
        found.left += _left_out(elsewhere if whole else missing, covering.coverage, line)
        found.marks += [f"{line.name}:{unit}" for unit in missing]
        vague = sorted({own[year][u].reason for u in here if own[year][u].unknown})
        found.texts += vague
        found.marks += [UNKNOWN] * bool(vague)
        _carried(metric, line, own, here - gone.keys(), year, covering, found)
    if found.absent or (schools and counted is not None and not counted):
        return Note(True, " ".join(dict.fromkeys([*found.absent, *found.left])), UNKNOWN)
    texts = dict.fromkeys([*found.left, *found.texts])
    if not texts and not found.marks:
        return None
    return Note(False, " ".join(texts), _mark(found.marks))


@dataclass
class _Found:
    """What is found to say of a place, line by line. `left`: units that do not count."""

    left: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def _without_list(metric: Metric, areas: Areas, place: Place, found: _Found) -> None:
    """Where a school stands, and of what kind it is, is in the list of its municipality: without
    it its rows count in the total only.
    """
    _year, level, area = place
    gone = areas.without_list
    if not gone or level == "aanbieder":
        return
    measure, form = metric.measure, metric.form
    on_schools = isinstance(form, Rate | PerUnit) and SCHOOLS in form.base.datasets
    if level == "onderwijssoort" and area in areas.kinds:
        found.left += _left_out(gone, areas.coverage, answering()[SCHOOLS])
    elif level in ("wijk", "vestiging", "onderwijssoort"):
        found.absent += dict.fromkeys(areas.unlisted(level, area).values())
    elif SCHOOLS in measure.datasets:
        return
    elif level == "gemeente" and (on_schools or not measure.residence):
        found.absent += dict.fromkeys(areas.unlisted(level, area).values())
    elif SCHOOLS in metric.needs or measure.homes != ("gemeente",):
        told = _named(gone, areas.coverage, answering()[SCHOOLS])
        found.texts += [f"Van scholen is niet bekend waar ze staan: {text}" for text in told]
    if found.left or found.texts:
        found.marks += [f"{SCHOOLS}:{unit}" for unit in gone]


def _worked_out_otherwise(metric: Metric, areas: Areas, place: Place, found: _Found) -> None:
    """What would have made a figure more precise and was delivered in other years, or withdrawn."""
    year, level, _area = place
    for line in (answering()[name] for name in metric.uses):
        owed = areas.states(line).get(year, {})
        residents = level == "gemeente" and metric.measure.residence
        here = owed.keys() if residents else _here(line, areas.states(line), areas, place)
        gone = {u: owed[u].reason for u in sorted(here) if not owed[u].delivered}
        told = _named(gone, areas.coverage, line)
        found.texts += [f"Berekend zonder {line.name}: {text}" for text in told]
        found.marks += [f"{line.name}:{unit}" for unit in gone]


def _here(line: Answering, own: Units, areas: Areas, place: Place) -> frozenset[str]:
    """The units of a line that are owed in an area and school year."""
    year, level, area = place
    owed = own.get(year, {})
    if level == "aanbieder":
        return frozenset(unit for unit, state in owed.items() if area in state.suppliers)
    within = areas.units(line, level, area)
    return frozenset(owed if within is None else owed.keys() & within)


def _why_gone(own: Units, unit: str, year: str, ahead: int) -> str | None:
    """Why a unit does not count in a school year; None when it does."""
    first = schoolyear.year_of(year)
    for later in range(first, first + ahead + 1):
        found = own.get(schoolyear.label(later), {}).get(unit)
        if found is not None and not found.delivered:
            return found.reason
    return None


def _elsewhere(
    metric: Metric, line: Answering, own: Units, here: frozenset[str], place: Place, ahead: int
) -> dict[str, str]:
    """Units outside an area that hold rows about its pupils too, and that do not count.

    Of an area of schools the other municipalities, where their pupils may live; of a municipality
    of residents the other schools, where they may go.
    """
    year, level, _area = place
    if line.level == "gemeente" and metric.measure.homes != ("gemeente",):
        reached = True
    else:
        reached = line.level == "vestiging" and level == "gemeente" and metric.measure.residence
    if not reached:
        return {}
    others = sorted(own.get(year, {}).keys() - here)
    found = ((unit, _why_gone(own, unit, year, ahead)) for unit in others)
    return {unit: reason for unit, reason in found if reason is not None}


def _carried(
    metric: Metric,
    line: Answering,
    own: Units,
    here: frozenset[str],
    year: str,
    covering: Covering,
    found: _Found,
) -> None:
    """What is incomplete because another school year was not delivered."""
    carried = bool(metric.measure.carries) and line.dataset in metric.measure.datasets
    before = sorted(when for when in own if when < year)
    if carried and metric.measure.carries == "lopend":
        first = sorted(unit for unit in here if own[year][unit].first)
        if any(not any(unit in own[when] for when in before) for unit in first):
            found.texts.append(FIRST_YEAR)
        if first:
            whole = len(first) == len(here)
            found.marks += [FIRST] if whole else [f"{FIRST}:{unit}" for unit in first]
    back = before if carried or line.dataset in metric.looks_back else []
    on = sorted(when for when in own if when > year) if line.dataset in metric.looks_on else []
    for when in (*back, *on):
        gone = {
            unit: own[when][unit].reason
            for unit in sorted(here)
            if unit in own[when] and not own[when][unit].delivered
        }
        verb = "begon" if when < year else "volgde"
        told = _named(gone, covering.coverage, line)
        found.texts += [f"Wat in {when} {verb}, ontbreekt: {text}" for text in told]


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
