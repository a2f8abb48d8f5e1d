"""What of a delivery was unknown or not used: columns, codes, rows and checks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.contracts import Column, Contracts, Dataset
from pipelines.ingest import stage
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.headings import normal
from pipelines.validate.check import Check
from pipelines.validate.feedback.own_words import own_name

MOST_VALUES = 50  # unknown codes named per column
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Unused:
    """Something of the delivery that was unknown or not used; `count` is None where none fits."""

    sort: str
    what: str
    count: int | None
    why: str


def delivered_headers(delivery: Delivery) -> tuple[str, ...]:
    """The header row as delivered, up to the last column that holds anything."""
    frame = delivery.text.frame.filter(pl.col("rij") >= delivery.match.header_row)
    names = delivery.text.columns
    filled = [i for i, name in enumerate(names) if frame[name].null_count() < frame.height]
    cells = frame.row(0)[1:]
    return tuple((cells[i] or "").strip() for i in range(max(filled, default=-1) + 1))


def not_used(
    delivery: Delivery,
    dataset: Dataset,
    contracts: Contracts,
    findings: Sequence[Mapping[str, Any]],
    promised: Mapping[str, Check],
) -> Iterator[Unused]:
    yield from _unused_columns(delivery, dataset)
    for finding in findings:
        check = promised[finding["rule"]]
        if check.sort == "code" and finding["rows"] and not finding.get("accepted"):
            yield from _unknown_codes(
                delivery, dataset.column(check.columns[0]), contracts, finding["rows"]
            )
    yield from _rows_left_out(delivery)
    for finding in findings:
        if finding["outcome"] == "niet_gecontroleerd":
            columns = [dataset.column(c) for c in promised[finding["rule"]].columns]
            named = ", ".join(own_name(c, delivery.match) for c in columns)
            yield Unused("Controle niet uitgevoerd", named, None, str(finding["message"]))


def _unused_columns(delivery: Delivery, dataset: Dataset) -> Iterator[Unused]:
    match = delivery.match
    used = {*match.places.values(), *match.unpivoted, match.sent}
    for index, header in enumerate(delivered_headers(delivery)):
        if header and f"c{index}" not in used:
            yield Unused(
                "Kolom niet gebruikt", header, None, "Bekend in uw indeling, maar niet nodig."
            )
    wide = match.layout.unpivot
    given = {*match.places, *match.layout.constants}
    given |= {wide.name_to, wide.value_to} if wide else set()
    for column in dataset.columns:
        if column.name not in given:
            yield Unused(
                "Kolom niet geleverd",
                f"{column.label} ({column.name})",
                None,
                "Mag ontbreken; cijfers die deze kolom nodig hebben, blijven leeg.",
            )


def _unknown_codes(
    delivery: Delivery, column: Column, contracts: Contracts, rows: Sequence[int]
) -> Iterator[Unused]:
    place = delivery.match.places.get(column.name)
    if place is None or column.codes is None:
        return
    layout = delivery.match.layout
    cells = delivery.text.rows(set(rows))[place].drop_nulls().to_list()
    if column.kind == "lijst":
        known = {
            normal(word)
            for code in contracts.codes[column.codes].values()
            for word in (code.code, code.label_nl, *code.spellings)
        } | {normal(word) for word in layout.codes.get(column.name, ())}
        items = (item.strip() for cell in cells for item in cell.split(layout.list_separator))
        cells = [item for item in items if item and normal(item) not in known]
    counts = Counter(fit_to_show(cell) for cell in cells)
    own = own_name(column, delivery.match)
    for value, count in counts.most_common(MOST_VALUES):
        yield Unused(
            "Onbekende code",
            f"{own}: {value}",
            count,
            f"Staat niet in de codelijst {column.codes} en niet in uw indeling.",
        )
    if len(counts) > MOST_VALUES:
        rest = sum(n for _, n in counts.most_common()[MOST_VALUES:])
        more = len(counts) - MOST_VALUES
        yield Unused("Onbekende code", f"{own}: nog {more} andere waarden", rest, "Zie uw rijen.")


def fit_to_show(value: str) -> str:
    """A value as it may stand in a list: what could be somebody's data is masked."""
    text = " ".join(value.split())
    if len(text) > LONGEST_VALUE or re.search(r"\d{5,}|@", text):
        return "(afgeschermde waarde)"
    return text


def _rows_left_out(delivery: Delivery) -> Iterator[Unused]:
    """Rows that are no registration: blank ones, the totals row, and answers that were not sent, as
    staging leaves them out."""
    empty: list[int] = []
    totals: list[int] = []
    unsent: list[int] = []
    for part in delivery.text.parts():
        left_out = stage.left_out(part, delivery.match)
        empty += left_out.blank
        totals += left_out.totals
        unsent += left_out.unsent
    if empty:
        yield Unused("Rij overgeslagen", in_ranges(empty), len(empty), "De rij is leeg.")
    if unsent:
        told = "De antwoorden zijn ingevuld en niet verzonden."
        yield Unused("Rij overgeslagen", in_ranges(unsent), len(unsent), told)
    if totals:
        yield Unused(
            "Rij overgeslagen",
            in_ranges(totals),
            len(totals),
            f"Begint met '{delivery.match.layout.totals_row}': een totaalregel is geen"
            " registratie.",
        )


def in_ranges(rows: Sequence[int], longest: int = 1000, sheet: str = "Uw rijen") -> str:
    """3, 4, 5, 9 -> '3-5, 9'; cut off after `longest` characters, and then said so."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    parts = [str(a) if a == b else f"{a}-{b}" for a, b in spans]
    text = ", ".join(parts)
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(", ")[0] + f", ... (zie het blad '{sheet}')"
