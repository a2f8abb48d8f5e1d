"""A supplier's layout turned round: from canonical columns and codes to what the supplier writes.

The layouts of `data_contracts/sources/` are the only place that says how a supplier writes things;
the demo reads them backwards, so that ingestion is tried against what was promised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from pipelines import documents
from pipelines.contracts import load
from pipelines.errors import ContractError

Value = str | int | float | bool | dt.date | list[str] | None
Cell = str | int | float | dt.date | None

_DATES = {"dd-mm-jjjj": "%d-%m-%Y", "jjjjmmdd": "%Y%m%d", "jjjj-mm-dd": "%Y-%m-%d"}


@dataclass(frozen=True)
class Raw:
    """A cell that is written as it is: what somebody typed where it does not belong."""

    text: str


@dataclass(frozen=True)
class Layout:
    """How a supplier writes one dataset. `headers`: canonical column -> header, in file order."""

    id: str
    dataset: str
    headers: Mapping[str, str]
    ignored: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    dates: str
    comma: bool
    separator: str
    totals: str | None

    def text(self, column: str, value: Value | Raw, yes_no: tuple[str, str]) -> str:
        """A cell of a text file."""
        cell = self.cell(column, value, yes_no)
        if cell is None:
            return ""
        if isinstance(cell, dt.date):
            return cell.strftime(_DATES[self.dates])
        if isinstance(cell, float):
            written = f"{cell:.2f}".rstrip("0").rstrip(".")
            return written.replace(".", ",") if self.comma else written
        return str(cell)

    def cell(self, column: str, value: Value | Raw, yes_no: tuple[str, str]) -> Cell:
        """A cell of a worksheet: dates and numbers stay what they are."""
        if isinstance(value, Raw):
            return value.text
        if isinstance(value, bool):
            return yes_no[0] if value else yes_no[1]
        labels = self.labels.get(column, {})
        if isinstance(value, list):
            return self.separator.join(labels.get(code, code) for code in value)
        if isinstance(value, str):
            return labels.get(value, value)
        return value


def supplier_layout(name: str) -> Layout:
    """The layout `data_contracts/sources/<name>.yaml`."""
    source = files("data_contracts") / "sources" / f"{name}.yaml"
    document = documents.read(source.read_text("utf-8"))
    dates = document.get("datums", "jjjj-mm-dd")
    if dates not in _DATES:
        raise ContractError(f"Indeling {name}: datums {dates!r} kan de demo niet schrijven.")
    return Layout(
        id=document["id"],
        dataset=document["dataset"],
        headers={column: header for header, column in document["kolommen"].items()},
        ignored=tuple(document.get("negeer", ())),
        labels={
            column: {code: written for written, code in spellings.items()}
            for column, spellings in document.get("codes", {}).items()
        },
        dates=dates,
        comma=document.get("decimaal") == "komma",
        separator=document.get("lijst_scheiding", "|"),
        totals=document.get("totaalregel"),
    )


def canonical_layout(dataset: str) -> Layout:
    """Headers and codes as the contract has them."""
    columns = load().dataset(dataset).columns
    return Layout(
        id=f"zichtlijn_{dataset}",
        dataset=dataset,
        headers={c.name: c.name for c in columns},
        ignored=(),
        labels={},
        dates="jjjj-mm-dd",
        comma=False,
        separator="|",
        totals=None,
    )
