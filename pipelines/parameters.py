"""Norms, prices and amounts with their source and dates, from `data_contracts/parameters.yaml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

import yaml

from pipelines import documents, suggest
from pipelines.errors import ContractError

PARAMETERS = "parameters.yaml"
OWN = "parameters.yaml van de organisatie"
_ROUNDING, _LIMITS = "afronding", ("drempel", "drempel_zwaar")


@dataclass(frozen=True)
class Parameter:
    """A norm, price or amount, with its source and dates; never a constant in code.

    `low` and `high` bound the plausible range where the value is uncertain (`distribution`).
    `price_year`: of an amount, the calendar year in whose prices it is.
    `others`: what the same name was worth, or will be, at other times. `line`: where the entry
    stands in `file`.
    """

    name: str
    label: str
    value: float
    low: float | None
    high: float | None
    distribution: str | None
    unit: str
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    price_year: int | None = None
    others: tuple[Parameter, ...] = ()
    line: int = field(default=0, repr=False, compare=False)
    file: str = field(default=PARAMETERS, repr=False, compare=False)

    @property
    def where(self) -> str:
        """Where it stands, as messages say it."""
        return f"{self.file}, regel {self.line}"

    @property
    def entries(self) -> tuple[Parameter, ...]:
        """Every entry of this name, oldest first."""
        return tuple(sorted((self, *self.others), key=lambda p: p.valid_from))

    def on(self, day: dt.date) -> Parameter:
        """The entry valid on a day; raises ContractError naming the line to mend."""
        for entry in self.entries:
            if entry.valid_from <= day and (entry.valid_to is None or day <= entry.valid_to):
                return entry
        known = " en ".join(_period(e) for e in self.entries)
        lines = ", ".join(str(e.line) for e in self.entries)
        raise ContractError(
            f"{self.file}, regel {lines}: {self.name} heeft geen waarde op {day.isoformat()}; er"
            f" is er een {known}. Pas 'geldig_vanaf' of 'geldig_tot' aan, of voeg een waarde toe"
            " voor die tijd."
        )


def _period(entry: Parameter) -> str:
    until = f" tot en met {entry.valid_to.isoformat()}" if entry.valid_to else ""
    return f"vanaf {entry.valid_from.isoformat()}{until}"


def day_of(text: object) -> dt.date | None:
    if text is None or text == "":
        return None
    return text if isinstance(text, dt.date) else dt.date.fromisoformat(str(text))


def read_parameters(file: Traversable, own: str | None = None) -> dict[str, Parameter]:
    """`own`: the text of what an organisation has otherwise."""
    today = dt.datetime.now(dt.UTC).date()
    ours = file.read_text("utf-8")
    return parse_parameters(ours, today) if own is None else with_own(ours, own, today)


def with_own(ours: str, own: str, today: dt.date) -> dict[str, Parameter]:
    """Parameters where an organisation's own entries take the place of ours for as long as they
    are valid. An own entry says what differs, its source and its first day; the rest is ours.

    Raises ContractError with the line to mend: a name we do not have, no source, a limit that
    protects less than ours, or an uncertain value without its bounds.
    """
    known = parse_parameters(ours, today)
    entries = [entry for found in known.values() for entry in found.entries]
    for item, lines in _parameter_items(own, OWN):
        mine = _own_parameter(item, lines, known)
        entries = [part for entry in entries for part in _outside(entry, mine)] + [mine]
    return _by_name(entries, today)


def own_parameters(ours: str, own: str, today: dt.date) -> list[tuple[Parameter, Parameter, float]]:
    """Per own entry: itself, our entry of its first day, and the value that it says it replaces
    (nan where it says nothing)."""
    known = parse_parameters(ours, today)
    return [
        (mine, known[mine.name].on(max(mine.valid_from, known[mine.name].entries[0].valid_from)),
         float(item.get("vervangt", "nan")))
        for item, lines in _parameter_items(own, OWN)
        for mine in [_own_parameter(item, lines, known)]
    ]  # fmt: skip


def _own_parameter(
    item: Mapping[str, Any], lines: Mapping[str, int], known: Mapping[str, Parameter]
) -> Parameter:
    name, where = str(item.get("naam") or ""), f"{OWN}, regel {lines['']}"
    if name not in known:
        raise ContractError(f"{where}: parameter {name!r} is onbekend. {suggest.hint(name, known)}")
    ours = known[name]
    rest = {"label": ours.label, "eenheid": ours.unit, "prijspeil": ours.price_year}
    mine = _parameter({**rest, **item}, lines, OWN)
    if ours.low is not None and (mine.low is None or mine.high is None):
        raise ContractError(
            f"{where}: {name} is onzeker; geef naast 'waarde' ook 'laag', 'hoog' en 'verdeling'"
            f" (bij Zichtlijn {ours.low:g} tot {ours.high:g}, {ours.distribution})."
        )
    if name in (_ROUNDING, *_LIMITS) and mine.value < max(e.value for e in ours.entries):
        raise ContractError(
            f"{where}: {name} beschermt leerlingen en mag alleen strenger, dus niet lager dan"
            f" {max(e.value for e in ours.entries):g}."
        )
    return mine


def _outside(entry: Parameter, mine: Parameter) -> Iterator[Parameter]:
    """What is left of an entry outside the time of an own one."""
    day = dt.timedelta(days=1)
    if entry.name != mine.name:
        yield entry
        return
    if entry.file == mine.file:  # two own entries must follow on by themselves
        yield entry
        return
    if entry.valid_from < mine.valid_from:
        last = mine.valid_from - day
        yield replace(entry, valid_to=min(entry.valid_to or last, last), others=())
    if mine.valid_to is not None and (entry.valid_to is None or entry.valid_to > mine.valid_to):
        first = max(entry.valid_from, mine.valid_to + day)
        yield replace(entry, valid_from=first, others=())


def parse_parameters(text: str, today: dt.date) -> dict[str, Parameter]:
    """Parameters from the text of their file: per name the entry valid `today`, with the others.

    Raises ContractError with the line to mend: no source, no first day, a last day before the
    first, two values for one day, a time in between without a value, no value for today, or a
    smallest number that is no multiple of the base of rounding.
    """
    return _by_name([_parameter(item, lines) for item, lines in _parameter_items(text)], today)


def _by_name(listed: Iterable[Parameter], today: dt.date) -> dict[str, Parameter]:
    by_name: dict[str, list[Parameter]] = {}
    for entry in listed:
        by_name.setdefault(entry.name, []).append(replace(entry, others=()))
    found: dict[str, Parameter] = {}
    for name, entries in by_name.items():
        ordered = sorted(entries, key=lambda e: e.valid_from)
        for earlier, later in pairwise(ordered):
            _follow_on(earlier, later)
        current = replace(ordered[0], others=tuple(ordered[1:])).on(today)
        others = tuple(e for e in ordered if e.valid_from != current.valid_from)
        found[name] = replace(current, others=others)
    _refuse_odd_limits(found)
    return found


def _refuse_odd_limits(parameters: Mapping[str, Parameter]) -> None:
    """The smallest numbers that may show must be steps of the rounding: else a number that is
    shown could be rounded to one that may not be."""
    if _ROUNDING not in parameters:
        return
    base = parameters[_ROUNDING].value
    for limit in (parameters[name] for name in _LIMITS if name in parameters):
        if base < 1 or base % 1 or limit.value < base or limit.value % base:
            raise ContractError(
                f"{limit.where}: {limit.name} is {limit.value:g}; dat moet een"
                f" veelvoud zijn van {_ROUNDING} ({base:g}), een heel getal van 1 of meer."
            )


def _parameter_items(
    text: str, file: str = PARAMETERS
) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    """Every entry, with the line on which each of its fields stands ('' for the entry itself)."""
    document = yaml.compose(text, Loader=documents.LOADER)
    read: Any = documents.read(text)
    listed = read.get("parameters") if isinstance(read, dict) else None
    if not isinstance(listed, list) or not isinstance(document, yaml.MappingNode):
        raise ContractError(f"{file}: er is geen lijst 'parameters'.")
    nodes = next(value for key, value in document.value if key.value == "parameters").value
    for item, node in zip(listed, nodes, strict=True):
        line = node.start_mark.line + 1
        if not isinstance(item, dict):
            raise ContractError(f"{file}, regel {line}: hier hoort een parameter met velden.")
        yield item, {"": line} | {key.value: key.start_mark.line + 1 for key, _ in node.value}


def _parameter(
    item: Mapping[str, Any], lines: Mapping[str, int], file: str = PARAMETERS
) -> Parameter:
    name = str(item.get("naam") or "")

    def refused(field_name: str, wrong: str) -> ContractError:
        line = lines.get(field_name, lines[""])
        return ContractError(f"{file}, regel {line}: {name or 'een parameter'} {wrong}")

    for needed in ("naam", "label", "eenheid"):
        if not item.get(needed):
            raise refused(needed, f"heeft geen {needed}; vul '{needed}' in.")
    if not str(item.get("bron") or "").strip():
        raise refused("bron", "heeft geen bron; vul 'bron' in.")
    try:
        value = float(item["waarde"])
    except (KeyError, TypeError, ValueError):
        raise refused("waarde", "heeft geen getal als 'waarde'.") from None
    price_year = item.get("prijspeil")
    if price_year is not None and not isinstance(price_year, int):
        raise refused("prijspeil", "heeft geen jaartal als 'prijspeil'.")
    try:
        valid_from, valid_to = day_of(item.get("geldig_vanaf")), day_of(item.get("geldig_tot"))
    except ValueError:
        raise refused("geldig_vanaf", "heeft een datum die niet als jjjj-mm-dd is te lezen.") from (
            None
        )
    if valid_from is None:
        raise refused("geldig_vanaf", "heeft geen 'geldig_vanaf'; vul de eerste dag in.")
    if valid_to is not None and valid_to < valid_from:
        raise refused("geldig_tot", "heeft een 'geldig_tot' die voor 'geldig_vanaf' ligt.")
    return Parameter(
        name=name,
        label=item["label"],
        value=value,
        low=item.get("laag"),
        high=item.get("hoog"),
        distribution=item.get("verdeling"),
        unit=item["eenheid"],
        source=item["bron"],
        valid_from=valid_from,
        valid_to=valid_to,
        price_year=price_year,
        line=lines[""],
        file=file,
    )


def _follow_on(earlier: Parameter, later: Parameter) -> None:
    """Two entries of one name: the later one begins the day after the earlier one ends."""
    where = f"{later.where}: {later.name}"
    if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
        raise ContractError(
            f"{where} heeft op {later.valid_from.isoformat()} ook al een waarde, op regel"
            f" {earlier.line}; vul daar 'geldig_tot' in, of haal er een weg."
        )
    if earlier.valid_to + dt.timedelta(days=1) != later.valid_from:
        raise ContractError(
            f"{where} heeft geen waarde tussen {earlier.valid_to.isoformat()} (regel"
            f" {earlier.line}) en {later.valid_from.isoformat()}; laat de perioden aansluiten."
        )
