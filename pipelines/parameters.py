"""Norms, prices and amounts with their source and dates, from `data_contracts/parameters.yaml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

import yaml

from pipelines import documents
from pipelines.errors import ContractError

PARAMETERS = "parameters.yaml"
_ROUNDING, _LIMITS = "afronding", ("drempel", "drempel_zwaar")


@dataclass(frozen=True)
class Parameter:
    """A norm, price or amount, with its source and dates; never a constant in code.

    `low` and `high` bound the plausible range where the value is uncertain (`distribution`).
    `price_year`: of an amount, the calendar year in whose prices it is.
    `others`: what the same name was worth, or will be, at other times. `line`: where the entry
    stands in `parameters.yaml`.
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
            f"{PARAMETERS}, regel {lines}: {self.name} heeft geen waarde op {day.isoformat()}; er"
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


def read_parameters(file: Traversable) -> dict[str, Parameter]:
    return parse_parameters(file.read_text("utf-8"), dt.datetime.now(dt.UTC).date())


def parse_parameters(text: str, today: dt.date) -> dict[str, Parameter]:
    """Parameters from the text of their file: per name the entry valid `today`, with the others.

    Raises ContractError with the line to mend: no source, no first day, a last day before the
    first, two values for one day, a time in between without a value, no value for today, or a
    smallest number that is no multiple of the base of rounding.
    """
    by_name: dict[str, list[Parameter]] = {}
    for item, lines in _parameter_items(text):
        entry = _parameter(item, lines)
        by_name.setdefault(entry.name, []).append(entry)
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
                f"{PARAMETERS}, regel {limit.line}: {limit.name} is {limit.value:g}; dat moet een"
                f" veelvoud zijn van {_ROUNDING} ({base:g}), een heel getal van 1 of meer."
            )


def _parameter_items(text: str) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    """Every entry, with the line on which each of its fields stands ('' for the entry itself)."""
    document = yaml.compose(text, Loader=documents.LOADER)
    read: Any = documents.read(text)
    listed = read.get("parameters") if isinstance(read, dict) else None
    if not isinstance(listed, list) or not isinstance(document, yaml.MappingNode):
        raise ContractError(f"{PARAMETERS}: er is geen lijst 'parameters'.")
    nodes = next(value for key, value in document.value if key.value == "parameters").value
    for item, node in zip(listed, nodes, strict=True):
        line = node.start_mark.line + 1
        if not isinstance(item, dict):
            raise ContractError(f"{PARAMETERS}, regel {line}: hier hoort een parameter met velden.")
        yield item, {"": line} | {key.value: key.start_mark.line + 1 for key, _ in node.value}


def _parameter(item: Mapping[str, Any], lines: Mapping[str, int]) -> Parameter:
    name = str(item.get("naam") or "")

    def refused(field_name: str, wrong: str) -> ContractError:
        line = lines.get(field_name, lines[""])
        return ContractError(f"{PARAMETERS}, regel {line}: {name or 'een parameter'} {wrong}")

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
    )


def _follow_on(earlier: Parameter, later: Parameter) -> None:
    """Two entries of one name: the later one begins the day after the earlier one ends."""
    where = f"{PARAMETERS}, regel {later.line}: {later.name}"
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
