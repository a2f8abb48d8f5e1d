"""Source layouts: which supplier's export this is, and what its columns are called by contract.

A layout is a YAML file in `data_contracts/sources/`; a file whose headers are the contract's own
column names needs none (`canonical`). The layout is chosen by its header row, which may stand on
any of the first rows. Unknown columns are never passed through: all of them are named at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import ContractError, DeliveryRefused
from pipelines.ingest.read import TextFrame

HEADER_WITHIN = 20
RECOGNISED = 0.5  # share of headers that must be known before a layout is called "this one"

DATE_FORMATS: Mapping[str, str] = {
    "jjjj-mm-dd": "%Y-%m-%d",
    "dd-mm-jjjj": "%d-%m-%Y",
    "dd/mm/jjjj": "%d/%m/%Y",
    "dd.mm.jjjj": "%d.%m.%Y",
    "jjjjmmdd": "%Y%m%d",
}


@dataclass(frozen=True)
class Unpivot:
    """Wide to long: every header that matches `pattern` becomes a row of its own."""

    pattern: re.Pattern[str]
    name_to: str
    value_to: str


@dataclass(frozen=True)
class Edit:
    """Zero-pad to `width`, then put `prefix` in front."""

    prefix: str = ""
    width: int = 0


@dataclass(frozen=True)
class Layout:
    """One supplier's layout of one dataset. `columns`: source header -> canonical column."""

    id: str
    version: int
    supplier: str | None
    dataset: str
    columns: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: str | Mapping[str, str] = "jjjj-mm-dd"
    decimal: str = "punt"
    list_separator: str = "|"
    constants: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    unpivot: Unpivot | None = None
    totals_row: str | None = None

    def date_format(self, column: str) -> str:
        name = self.dates if isinstance(self.dates, str) else self.dates.get(column, "jjjj-mm-dd")
        return DATE_FORMATS[name]

    @cached_property
    def known(self) -> frozenset[str]:
        """Normalised headers that this layout reads or knows to leave out."""
        return frozenset(normal(h) for h in (*self.columns, *self.ignored))

    def knows(self, header: str) -> bool:
        return normal(header) in self.known or self.wide(header) is not None

    def wide(self, header: str) -> str | None:
        """The name that a wide column's header stands for; None for any other header."""
        found = self.unpivot.pattern.fullmatch(header.strip()) if self.unpivot else None
        return found.group(1) if found else None


@dataclass(frozen=True)
class Match:
    """A text frame understood: `places` maps canonical column -> `cN` of the frame.

    `unpivoted` maps `cN` -> value of the new name column. `headers` keeps the supplier's own words
    for feedback.
    """

    layout: Layout
    header_row: int
    places: Mapping[str, str]
    unpivoted: Mapping[str, str]
    headers: Mapping[str, str]


@lru_cache(maxsize=4096)
def normal(header: str) -> str:
    """A header without case, accents, outer and double spaces, and byte order marks."""
    plain = unicodedata.normalize("NFKD", header.replace("\ufeff", ""))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip().casefold()


@cache
def load() -> tuple[Layout, ...]:
    """All layouts of `data_contracts/sources/`, by name of file."""
    folder = files("data_contracts") / "sources"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(_parse(f.name, yaml.safe_load(f.read_text("utf-8"))) for f in found)


_KEYS = frozenset(
    [
        "id",
        "versie",
        "leverancier",
        "dataset",
        "omschrijving",
        "kolommen",
        "negeer",
        "codes",
        "datums",
        "decimaal",
        "lijst_scheiding",
        "vast",
        "bewerk",
        "ontvouw",
        "totaalregel",
    ]
)


def _parse(name: str, item: Mapping[str, Any]) -> Layout:
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise ContractError(f"sources/{name}: onbekende sleutels {', '.join(unknown)}.")
    try:
        wide = item.get("ontvouw")
        layout = Layout(
            id=item["id"],
            version=int(item["versie"]),
            supplier=item["leverancier"],
            dataset=item["dataset"],
            columns=dict(item["kolommen"]),
            ignored=frozenset(item.get("negeer", ())),
            codes={
                column: {str(k): str(v) for k, v in pairs.items()}
                for column, pairs in item.get("codes", {}).items()
            },
            dates=item.get("datums", "jjjj-mm-dd"),
            decimal=item.get("decimaal", "punt"),
            list_separator=item.get("lijst_scheiding", "|"),
            constants={k: str(v) for k, v in item.get("vast", {}).items()},
            edits={
                column: Edit(prefix=str(e.get("voorvoegsel", "")), width=int(e.get("breedte", 0)))
                for column, e in item.get("bewerk", {}).items()
            },
            unpivot=(
                Unpivot(re.compile(wide["patroon"]), wide["naam_naar"], wide["waarde_naar"])
                if wide
                else None
            ),
            totals_row=item.get("totaalregel"),
        )
        formats = [layout.dates] if isinstance(layout.dates, str) else layout.dates.values()
        wrong = sorted(set(formats) - set(DATE_FORMATS))
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as problem:
        raise ContractError(
            f"sources/{name} is niet te lezen: {type(problem).__name__} bij {problem}."
        ) from problem
    if wrong:
        raise ContractError(f"sources/{name}: datumvorm {wrong[0]} is onbekend.")
    return layout


def canonical(dataset: Dataset) -> Layout:
    """The layout of a file that already uses the contract's column names."""
    return Layout(
        id=f"zichtlijn_{dataset.id}",
        version=1,
        supplier=None,
        dataset=dataset.id,
        columns={c.name: c.name for c in dataset.columns},
    )


def match(text: TextFrame, layouts: Iterable[Layout], contracts: Contracts) -> Match:
    """The layout whose headers stand in one of the first rows.

    Raises `DeliveryRefused` when no layout is recognised, when columns are unknown, or when
    required columns are missing; the message names all of them.
    """
    candidates = [*layouts, *(canonical(d) for d in contracts.datasets.values())]
    best: tuple[float, int, Layout, list[str | None]] | None = None
    for number, cells in text.head(HEADER_WITHIN):
        headers = [c for c in cells if c and c.strip()]
        if len(headers) < 2:
            continue
        for layout in candidates:
            score = _likeness(headers, layout, contracts.dataset(layout.dataset))
            if best is None or score > best[0]:
                best = (score, number, layout, cells)
    if best is None or best[0] < RECOGNISED:
        raise DeliveryRefused("indeling.onbekend", _unknown_layout(best))
    _, header_row, layout, cells = best
    _refuse_other_headers(layout, cells, contracts.dataset(layout.dataset))
    return _placed(layout, header_row, cells)


def _likeness(headers: list[str], layout: Layout, dataset: Dataset) -> float:
    """Known headers as a share of the headers present and the required ones absent."""
    present = {normal(h) for h in headers}
    known = sum(layout.knows(h) for h in headers)
    return known / (len(headers) + len(_missing(layout, present, dataset)))


def _missing(layout: Layout, present: set[str], dataset: Dataset) -> list[str]:
    """The layout's headers for required columns (and wide values) that are not there."""
    required = {c.name for c in dataset.columns if c.required}
    return [h for h, c in layout.columns.items() if c in required and normal(h) not in present]


def _unknown_layout(best: tuple[float, int, Layout, list[str | None]] | None) -> str:
    if best is None or best[0] == 0:
        return (
            "De kolomkoppen horen bij geen enkele bekende indeling. Gebruik de kolomnamen uit het"
            " contract of vraag uw Servicepunt om een indeling voor dit systeem."
        )
    layout = best[2]
    return (
        "De kolomkoppen horen bij geen bekende indeling; het meest lijken ze op"
        f" {layout.id} ({layout.dataset}), die deze koppen verwacht: {', '.join(layout.columns)}."
    )


def _refuse_other_headers(layout: Layout, cells: list[str | None], dataset: Dataset) -> None:
    headers = [c.strip() for c in cells if c and c.strip()]
    unknown = [h for h in headers if not layout.knows(h)]
    seen = [normal(h) for h in headers]
    missing = _missing(layout, set(seen), dataset)
    twice = sorted({h for h in headers if seen.count(normal(h)) > 1})
    if layout.unpivot and all(layout.wide(h) is None for h in headers):
        missing.append(layout.unpivot.pattern.pattern)
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
    if len(text) > 60 or re.search(r"\d{5,}|@", text):
        return "(afgeschermde kop)"
    return text


def _placed(layout: Layout, header_row: int, cells: list[str | None]) -> Match:
    by_header = {normal(h): column for h, column in layout.columns.items()}
    places: dict[str, str] = {}
    unpivoted: dict[str, str] = {}
    headers: dict[str, str] = {}
    for index, cell in enumerate(cells):
        if not cell or not cell.strip():
            continue
        column = by_header.get(normal(cell))
        wide = layout.wide(cell)
        if column:
            places[column] = f"c{index}"
            headers[column] = cell.strip()
        elif wide is not None:
            unpivoted[f"c{index}"] = wide
    return Match(layout, header_row, places, unpivoted, headers)
