"""Which units the supplier of a dataset answers for: the part `dekking` of the delivery calendar.

Read from `data_contracts/leveringskalender.yaml`, which says what every word in it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from pipelines import documents
from pipelines.errors import ContractError
from pipelines.warehouse.calendar import FILE

UnitLevel = Literal["gemeente", "vestiging", "groep", "totaal"]
_MISSING, _ZERO = "ontbreekt", "nul"


@dataclass(frozen=True)
class Answering:
    """For which units a delivery of `dataset` answers.

    `columns`: the first that is filled holds the unit. `together`: column of `scholen`; who answers
    for one school answers for all schools with the same in it. `with_`: names of other lines whose
    supplier is the same. `needs_row`: a unit without a row was not delivered, instead of zero.
    `needs_whole`: of a unit with a row that was kept apart the rest is too low.
    `required`: every known unit of the level is owed, else only those ever delivered. `kinds`:
    onderwijssoorten that are owed (empty: all). `forms`: group of the code list vorm.
    """

    name: str
    dataset: str
    columns: tuple[str, ...]
    level: UnitLevel
    together: str
    with_: tuple[str, ...]
    needs_row: bool
    needs_whole: bool
    required: bool
    kinds: tuple[str, ...]
    forms: str


SCHOOL_DAYS = Answering(
    "schooldagen", "schooldagen", (), "gemeente", "", (),
    needs_row=False, needs_whole=False, required=True, kinds=(), forms="",
)  # fmt: skip
"""Of which school years the school days of a municipality are known. It is in no delivery of its
own: it follows from the holiday regions, the national holidays and the school calendar."""


@cache
def answering() -> Mapping[str, Answering]:
    """Every line of `dekking`, by its name; most are named after their dataset."""
    return parse((files("data_contracts") / FILE).read_text("utf-8"))


def parse(text: str) -> Mapping[str, Answering]:
    """Raises `ContractError` naming the line that cannot be read."""
    document: Any = documents.read(text)
    listed = document.get("dekking") if isinstance(document, dict) else None
    if not isinstance(listed, dict):
        raise ContractError(f"{FILE}: er is geen lijst 'dekking'.")
    found = {str(name): _line(str(name), item) for name, item in listed.items()}
    for line in found.values():
        for other in line.with_:
            if other not in found:
                raise ContractError(f"{FILE}, dekking, {line.name}: 'met' noemt {other} niet goed.")
    return found


def _line(name: str, item: Any) -> Answering:
    where = f"{FILE}, dekking, {name}"
    if not isinstance(item, dict):
        raise ContractError(f"{where}: hier horen 'kolommen', 'niveau', 'leeg' en 'verplicht'.")
    for key in ("kolommen", "niveau", "leeg", "verplicht"):
        if key not in item:
            raise ContractError(f"{where}: {key!r} ontbreekt.")
    if item["niveau"] not in get_args(UnitLevel):
        known = ", ".join(get_args(UnitLevel))
        raise ContractError(f"{where}: 'niveau' is een van {known}.")
    if item["leeg"] not in (_MISSING, _ZERO):
        raise ContractError(f"{where}: 'leeg' is {_ZERO} of {_MISSING}.")
    return Answering(
        name=name,
        dataset=str(item.get("dataset", name)),
        columns=tuple(item["kolommen"]),
        level=item["niveau"],
        together=str(item.get("samen", "")),
        with_=tuple(item.get("met", ())),
        needs_row=item["leeg"] == _MISSING,
        needs_whole=item["leeg"] == _MISSING or item.get("som") in (True, "ja"),
        required=item["verplicht"] in (True, "ja"),
        kinds=tuple(item.get("onderwijssoort", ())),
        forms=str(item.get("vormgroep", "")),
    )
