"""Who owes which delivery when: the agreed dates, and what suppliers delivered before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import duckdb

from pipelines import documents, organisation, schoolyear, suggest
from pipelines.contracts import Contracts, Dataset, load
from pipelines.errors import ContractError
from pipelines.organisation import Organisation
from pipelines.sql import quoted
from pipelines.warehouse import tables

FILE = "leveringskalender.yaml"
OWN = "leveringskalender.yaml van de organisatie"
_WORDS = ("rol", "per", "uiterlijk")
YEARLY, ONCE, ROUND = "schooljaar", "eenmalig", "ronde"
EVERYBODY = "alle invullers"

State = Literal["geleverd", "verwacht", "te laat"]


@dataclass(frozen=True)
class Agreement:
    """When a dataset is due: by month and day in the year that a school year ends, or once.

    Of a `ronde` others answer every year, so that nobody is awaited by name.
    """

    role: str
    per: str
    month: int
    day: int

    def due(self, year: int) -> dt.date:
        """`year`: the calendar year in which the school year begins."""
        return dt.date(year + 1, self.month, self.day)


@dataclass(frozen=True)
class Due:
    """One line of the calendar. `period` is a school year such as 2024/2025, or empty (once)."""

    dataset: str
    supplier: str
    role: str
    period: str
    due: dt.date | None
    state: State

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def agreements() -> Mapping[str, Agreement]:
    """What `data_contracts/leveringskalender.yaml` and the organisation's own calendar say; the key
    '' is for all other datasets."""
    return of(organisation.current())


@cache
def of(own: Organisation | None) -> Mapping[str, Agreement]:
    ours = (files("data_contracts") / FILE).read_text("utf-8")
    path = own.file(organisation.CALENDAR) if own else None
    return with_own(ours, path) if path else parse(ours)


def with_own(ours: str, path: Path) -> Mapping[str, Agreement]:
    """An organisation's own calendar says what differs: `standaard`, or some `datasets`. Raises
    `ContractError` with the line to mend."""
    told: Any = documents.read(ours)
    own, lines = organisation.document(path, OWN)
    for key in own:
        if key not in ("standaard", "datasets"):
            hint = suggest.hint(str(key), ("standaard", "datasets"))
            raise ContractError(f"{OWN}, regel {lines[str(key),]}: {key!r} is onbekend. {hint}")
    datasets = own.get("datasets") or {}
    known = sorted(load().datasets)
    for key, place in [*((d, ("datasets", d)) for d in datasets), ("", ("standaard",))]:
        item = datasets.get(key) if key else own.get("standaard")
        where = f"{OWN}, regel {lines.get(tuple(map(str, place)), 1)}"
        if key and key not in known:
            hint = suggest.hint(str(key), known)
            raise ContractError(f"{where}: er is geen dataset {key!r}. {hint}")
        if item is not None and not isinstance(item, dict):
            raise ContractError(f"{where}: hier horen 'rol', 'per' of 'uiterlijk'.")
        for word in item or {}:
            if word not in _WORDS:
                hint = suggest.hint(str(word), _WORDS)
                raise ContractError(f"{where}: {word!r} is onbekend. {hint}")
    of_datasets = {**told["datasets"]}
    for name, item in datasets.items():
        of_datasets[name] = {**(of_datasets.get(name) or {}), **(item or {})}
    default = {**told["standaard"], **(own.get("standaard") or {})}
    return {
        name: _agreement(name, default | (item or {}))
        for name, item in {"": {}, **of_datasets}.items()
    }


def parse(text: str) -> Mapping[str, Agreement]:
    document: Any = documents.read(text)
    try:
        default = document["standaard"]
        named = {"": {}, **document["datasets"]}
        return {name: _agreement(name, default | (own or {})) for name, own in named.items()}
    except (KeyError, TypeError) as problem:
        raise ContractError(f"{FILE} is niet te lezen: {problem} ontbreekt.") from None


def _agreement(name: str, item: Mapping[str, Any]) -> Agreement:
    month, _, day = str(item["uiterlijk"]).partition("-")
    try:
        dt.date(2001, int(month), int(day))
    except ValueError:
        raise ContractError(
            f"{FILE}, {name or 'standaard'}: 'uiterlijk' is geen maand-dag, zoals '10-01'."
        ) from None
    if item["per"] not in (YEARLY, ONCE, ROUND):
        raise ContractError(f"{FILE}, {name or 'standaard'}: 'per' is {YEARLY}, {ROUND} of {ONCE}.")
    return Agreement(str(item["rol"]), item["per"], int(month), int(day))


def calendar(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, today: dt.date
) -> tuple[Due, ...]:
    """What every supplier that delivered before has delivered, still owes, or owes too late.

    From the first school year a supplier delivered up to the one that runs now.
    """
    rows = con.execute(
        "SELECT levering, dataset, leverancier, periode, status FROM register.leveringen"
        " WHERE status <> 'geweigerd' ORDER BY volgnummer"
    ).fetchall()
    agreed = agreements()
    seen: dict[tuple[str, str], set[int]] = {}
    held: dict[tuple[str, str], set[int]] = {}
    present: set[tuple[str, str]] = set()
    for delivery, dataset, supplier, period, status in rows:
        by_round = agreed.get(dataset, agreed[""]).per == ROUND
        who = (dataset, EVERYBODY if by_round else supplier)
        years = covered_years(con, contracts.dataset(dataset), delivery, period)
        seen.setdefault(who, set()).update(years)
        if status == "geladen":
            present.add(who)
            held.setdefault(who, set()).update(years)
    running = schoolyear.first_year(today)
    lines: list[Due] = []
    for dataset, supplier in sorted(seen):
        who = (dataset, supplier)
        terms = agreed.get(dataset, agreed[""])
        if terms.per == ONCE:
            state: State = "geleverd" if who in present else "verwacht"
            lines.append(Due(dataset, supplier, terms.role, "", None, state))
            continue
        for year in range(min(seen[who], default=running), running + 1):
            due = terms.due(year)
            delivered = year in held.get(who, ())
            state = "geleverd" if delivered else "te laat" if today > due else "verwacht"
            lines.append(Due(dataset, supplier, terms.role, schoolyear.label(year), due, state))
    return tuple(lines)


def covered_years(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, delivery: str, period: str
) -> set[int]:
    """School years a delivery says it covers, by their first calendar year.

    One whose name gives no period covers the years of its rows.
    """
    if period:
        first, last = (int(year) for year in period.split("-"))
        return set(range(first, max(last, first + 1)))
    if not dataset.period_column:
        return set()
    year = first_year(dataset)
    rows = con.execute(
        f"SELECT DISTINCT {year} FROM {quoted(dataset.id)}"
        f" WHERE {tables.DELIVERY} = ? AND {year} IS NOT NULL",
        [delivery],
    ).fetchall()
    return {int(found) for (found,) in rows}


def first_year(dataset: Dataset) -> str:
    """SQL: the calendar year in which the school year of a row begins, by its period column."""
    column = quoted(dataset.period_column or "")
    return {
        "datum": f"year({column}) - (month({column}) < {schoolyear.FIRST_MONTH})::INT",
        "tekst": f"try_cast(left({column}, 4) AS INTEGER)",
    }.get(dataset.column(dataset.period_column or "").kind, column)
