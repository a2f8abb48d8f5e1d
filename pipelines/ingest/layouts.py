"""Source layouts: which supplier's export this is, and what its columns are called by contract.

A layout is a YAML file in `data_contracts/sources/`; a file whose headers are the contract's own
column names needs none (`canonical`). The layout is chosen by its header row, which may stand on
any of the first rows. Unknown columns are never passed through: all of them are named at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest.headings import NEVER, is_shortened, normal
from pipelines.ingest.layout import Layout, Match
from pipelines.ingest.layout_files import canonical
from pipelines.ingest.persons import is_person
from pipelines.ingest.read import TextFrame
from pipelines.ingest.reading.frame import kind_column

HEADER_WITHIN = 20
RECOGNISED = 0.5  # share of headers that must be known before a layout is called "this one"
FITS_WHOLLY = (1.0, 1.0)  # no later row can be more alike


def match(
    text: TextFrame,
    layouts: Iterable[Layout],
    contracts: Contracts,
    *,
    today: dt.date | None = None,
) -> Match:
    """The layout whose headers stand in one of the first rows.

    Of layouts that fit equally well the newest that is valid today comes first. One that is no
    longer valid still reads the exports of its time: only its headers decide.
    Raises `DeliveryRefused` when no layout is recognised, when columns are unknown, or when
    required columns are missing; the message names all of them.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    newest = sorted(layouts, key=lambda la: (la.valid_on(day), la.version), reverse=True)
    candidates = [*newest, *(canonical(d) for d in contracts.datasets.values())]
    best: _Candidate | None = None
    for number, cells in text.head(HEADER_WITHIN):
        if best and best[0] == FITS_WHOLLY:
            break
        headers = [c for c in cells if c and c.strip()]
        if len(headers) < 2:
            continue
        for layout in candidates:
            score = _likeness(headers, layout, contracts.dataset(layout.dataset))
            if best is None or score > best[0]:
                best = (score, number, layout, cells)
    if (best is None or best[0][0] < RECOGNISED) and _is_cut_off(text):
        raise DeliveryRefused("indeling.afgekort", _CUT_OFF)
    if best is None or best[0][0] < RECOGNISED:
        raise DeliveryRefused("indeling.onbekend", _unknown_layout(best))
    _, header_row, layout, cells = best
    _refuse_other_headers(layout, cells, contracts.dataset(layout.dataset))
    return _placed(layout, header_row, cells, text)


# (likeness, header row, layout, cells of that row)
_Candidate = tuple[tuple[float, float], int, Layout, list[str | None]]


def _likeness(headers: list[str], layout: Layout, dataset: Dataset) -> tuple[float, float]:
    """Known headers as a share of the headers present and the required ones absent; then the share
    of the layout's columns that are there, which tells versions of one layout apart.
    """
    known = {normal(h) for h in headers if layout.knows(h)}  # a value that comes back is no header
    found = {column for h in headers if (column := layout.column(h)[1])}
    return (
        len(known) / (len(headers) + len(layout.missing(headers, dataset))),
        len(found) / max(1, len({*layout.columns.values(), *layout.patterns.values()})),
    )


_CUT_OFF = (
    "De koppen zijn afgekort (zij eindigen op '..'): zo zijn de vragen niet uit elkaar te houden."
    " Exporteer opnieuw, met als kop de vraagcode of de volledige vraagtekst."
)


def _is_cut_off(text: TextFrame) -> bool:
    """Whether one of the first rows has headings that a survey tool shortened."""
    return any(
        sum(is_shortened(cell) for cell in cells if cell) > 1
        for _number, cells in text.head(HEADER_WITHIN)
    )


def _unknown_layout(best: _Candidate | None) -> str:
    if best is None or best[0][0] == 0:
        return (
            "De kolomkoppen horen bij geen enkele bekende indeling. Gebruik de kolomnamen uit het"
            " contract of vraag uw Servicepunt om een indeling voor dit systeem ('zichtlijn layout"
            " new' stelt er een voor)."
        )
    layout = best[2]
    return (
        "De kolomkoppen horen bij geen bekende indeling; het meest lijken ze op de dataset"
        f" {layout.dataset}. Indeling {layout.id} verwacht deze koppen:"
        f" {', '.join(layout.columns)}. 'zichtlijn layout new' stelt een indeling voor."
    )


def _refuse_other_headers(layout: Layout, cells: list[str | None], dataset: Dataset) -> None:
    headers = [c.strip() for c in cells if c and c.strip()]
    unknown = [h for h in headers if not layout.knows(h)]
    seen = [normal(h) for h in headers]
    missing = layout.missing(headers, dataset)
    twice = sorted({h for h in headers if seen.count(normal(h)) > 1})
    if layout.unpivot and all(layout.wide(h) is None for h in headers):
        questions = layout.unpivot.pattern is NEVER
        missing.append("de vragen" if questions else layout.unpivot.pattern.pattern)
    problems = [
        f"{what}: {', '.join(shown(h) for h in names)}"
        for what, names in (
            ("onbekende kolommen", unknown),
            ("ontbrekende verplichte kolommen", missing),
            ("dubbele kolommen", twice),
        )
        if names
    ]
    if problems:
        raise DeliveryRefused(
            "indeling.kolommen",
            f"Het bestand lijkt op indeling {layout.id} ({layout.dataset}), maar heeft"
            f" {'; '.join(problems)}. Herstel de kopregel, of laat de indeling aanvullen als dit"
            " een nieuwe versie van het systeem is.",
        )


def shown(header: str) -> str:
    """A header as it may be repeated: a cell that could be somebody's data is masked."""
    text = header.strip()
    if len(text) > 60 or re.search(r"\d{5,}|@", text) or is_person(text):
        return "(afgeschermde kop)"
    return text


def _placed(layout: Layout, header_row: int, cells: list[str | None], text: TextFrame) -> Match:
    found: dict[
        str, tuple[int, int, str]
    ] = {}  # column -> place in the layout, in the file, header
    unpivoted: dict[str, str] = {}
    sent = ""
    for index, cell in enumerate(cells):
        if not cell or not cell.strip():
            continue
        order, column = layout.column(cell)
        wide = layout.wide(cell)
        if column:
            here = (order, index, cell.strip())
            found[column] = min(here, found.get(column, here))
        elif layout.says_sent(cell):
            sent = f"c{index}"
        elif wide is not None:
            unpivoted[f"c{index}"] = wide
    return Match(
        layout,
        header_row,
        {column: f"c{index}" for column, (_, index, _header) in found.items()},
        unpivoted,
        {column: header for column, (_, _index, header) in found.items()},
        text.origin,
        {cell: kind_column(cell) for cell in text.typed},
        sent,
    )
