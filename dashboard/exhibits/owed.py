"""What suppliers still owe, and what data are called: the agreements in `data_contracts` beside the
deliveries of a release. No Streamlit.

As `zichtlijn calendar` tells it, from the periods that deliveries name. Which years the rows of a
delivery without a period are about is not in a release, so it owes nothing here.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from dashboard.language import Dutch, mark, published, tr

_CALENDAR = "leveringskalender.yaml"
ORGANISATION = "ZICHTLIJN_ORGANISATIE"  # folder of an organisation, of which the calendar is read
_YEARLY, _ROUND = "schooljaar", "ronde"
_REFUSED, _LOADED = "geweigerd", "geladen"
_FIRST_MONTH = 8  # a school year begins on 1 August
_EVERYBODY = mark("alle invullers")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Owed:
    """A school year that a supplier has not delivered of a dataset; `late` when it is past due."""

    dataset: str
    supplier: str
    year: str
    due: dt.date
    late: bool


def owed(deliveries: Sequence[Row], today: dt.date) -> list[Owed]:
    """What is late, longest first, and then what is expected; from the first school year that a
    supplier delivered up to the one that runs on `today`."""
    seen: dict[tuple[str, str], set[int]] = {}
    held: dict[tuple[str, str], set[int]] = {}
    for row in deliveries:
        if row["status"] == _REFUSED or not row["periode"]:
            continue
        by_round = _agreed(row["dataset"])["per"] == _ROUND
        who = row["dataset"], tr(_EVERYBODY) if by_round else row["leverancier"]
        years = _years(row["periode"])
        seen.setdefault(who, set()).update(years)
        if row["status"] == _LOADED:
            held.setdefault(who, set()).update(years)
    running = today.year - (today.month < _FIRST_MONTH)
    found = [
        Owed(dataset, supplier, f"{year}/{year + 1}", due, today > due)
        for (dataset, supplier), years in seen.items()
        if _agreed(dataset)["per"] in (_YEARLY, _ROUND)
        for year in range(min(years), running + 1)
        if year not in held.get((dataset, supplier), ()) and (due := _due(dataset, year))
    ]
    return sorted(found, key=lambda one: (not one.late, one.due, one.supplier, one.dataset))


def dataset_name(code: str) -> str:
    """What a dataset is called, in the language of the reader; an unknown one keeps its code."""
    return published(_named().get(code, ("", {}))[0] or code)


def column_names(dataset: str, columns: str) -> str:
    """What the columns of a finding are called, in their order; in Dutch, as in the files."""
    names = _named().get(dataset, ("", {}))[1]
    return Dutch(", ".join(names.get(one, one) for one in columns.split(", ") if one))


def _years(period: str) -> range:
    first, last = (int(year) for year in period.split("-"))
    return range(first, max(last, first + 1))


def _due(dataset: str, year: int) -> dt.date:
    month, day = map(int, str(_agreed(dataset)["uiterlijk"]).split("-"))
    return dt.date(year + 1, month, day)


def _agreed(dataset: str) -> Row:
    told = _agreements()
    return {**told["standaard"], **(told["datasets"].get(dataset) or {})}


@cache
def _agreements() -> Mapping[str, Any]:
    """The calendar that comes along, with what the organisation agreed otherwise."""
    told: Mapping[str, Any] = _read(files("data_contracts").joinpath(_CALENDAR).read_text("utf-8"))
    folder = os.environ.get(ORGANISATION, "")
    path = Path(folder) / _CALENDAR
    if not folder or not path.is_file():
        return told
    own = _read(path.read_text("utf-8-sig")) or {}
    datasets = {**told["datasets"]}
    for name, item in (own.get("datasets") or {}).items():
        datasets[name] = {**(datasets.get(name) or {}), **(item or {})}
    standard = {**told["standaard"], **(own.get("standaard") or {})}
    return {**told, "standaard": standard, "datasets": datasets}


@cache
def _named() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Dataset -> its name, and the names of its columns."""
    found = {}
    for file in files("data_contracts").joinpath("datasets").iterdir():
        if not file.name.endswith(".odcs.yaml"):
            continue
        told = _read(file.read_text("utf-8"))
        columns = {
            column["name"]: str(column.get("businessName") or column["name"])
            for column in told["schema"][0]["properties"]
        }
        found[file.name.removesuffix(".odcs.yaml")] = (str(told["name"]), columns)
    return found


def _read(text: str) -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is there
    told: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - one of the safe two
    return told
