"""Source layouts: which supplier's export this is, and what its columns are called by contract.

A layout is a YAML file in `data_contracts/sources/`; a file whose headers are the contract's own
column names needs none (`canonical`). The layout is chosen by its header row, which may stand on
any of the first rows. Unknown columns are never passed through: all of them are named at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from pipelines import documents
from pipelines.contracts import Contracts, Dataset
from pipelines.errors import ContractError, DeliveryRefused
from pipelines.ingest import questionnaires
from pipelines.ingest.headings import NEVER, Unpivot, coded, is_shortened, normal
from pipelines.ingest.notation import DATE_FORMATS, EMPTY_WORDS
from pipelines.ingest.persons import is_person
from pipelines.ingest.read import Origin, TextFrame
from pipelines.ingest.reading.frame import kind_column

HEADER_WITHIN = 20
RECOGNISED = 0.5  # share of headers that must be known before a layout is called "this one"
FITS_WHOLLY = (1.0, 1.0)  # no later row can be more alike

SYMBOL_MEANINGS = ("afgeschermd", "onbekend", "geheim", "nihil")


@dataclass(frozen=True)
class Edit:
    """Put back lost leading zeros up to `width`, then put `prefix` in front, then `after:`.

    `after`: the column whose value comes in front, for numbers that start again every round.
    """

    prefix: str = ""
    width: int = 0
    after: str = ""


@dataclass(frozen=True)
class Layout:
    """One supplier's layout of one dataset. `columns`: source header -> canonical column; of more
    headers for one column the first that is there counts, and the others are left out.

    `patterns`: pattern of a header -> canonical column, for headers that change. `sent`: headers
    of which one says when an answer was sent; it is empty for one that was not.

    `random`: headers among the `ignored` of numbers that the system draws by lot.
    `dates`: the form or forms of all date columns, or of each. `symbols`: what stands in a number
    column where the source gives no number -> what it means by it. `empty`: texts that stand for
    nothing, in all columns or per column (in the others those that are known to). `valid_from` and
    `valid_to` (inclusive) say when the supplier's system made this layout.
    """

    id: str
    version: int
    supplier: str | None
    dataset: str
    columns: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    random: frozenset[str] = frozenset()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: str | Sequence[str] | Mapping[str, str | Sequence[str]] = "jjjj-mm-dd"
    decimal: str = "punt"
    list_separator: str = "|"
    constants: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    unpivot: Unpivot | None = None
    totals_row: str | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    empty: Sequence[str] | Mapping[str, Sequence[str]] = EMPTY_WORDS
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    patterns: Mapping[re.Pattern[str], str] = field(default_factory=dict)
    sent: tuple[str, ...] = ()

    def date_forms(self, column: str) -> tuple[str, ...]:
        """Names of the forms a date in this column may have, the likeliest first."""
        of_column = self.dates
        if isinstance(of_column, Mapping):
            of_column = of_column.get(column, "jjjj-mm-dd")
        return (of_column,) if isinstance(of_column, str) else tuple(of_column)

    def empty_words(self, column: str) -> tuple[str, ...]:
        """Texts that stand for nothing in this column."""
        if isinstance(self.empty, Mapping):
            return tuple(self.empty.get(column, EMPTY_WORDS))
        return tuple(self.empty)

    def date_format(self, column: str) -> str:
        return DATE_FORMATS[self.date_forms(column)[0]]

    def valid_on(self, day: dt.date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)

    @cached_property
    def known(self) -> frozenset[str]:
        """Normalised headers that this layout reads or knows to leave out."""
        return frozenset(self._spelled) | frozenset(map(normal, self.sent))

    @cached_property
    def _spelled(self) -> Mapping[str, tuple[int, str]]:
        """Normalised header -> its place in the layout and its column; '' for one left out."""
        left = {normal(header): (len(self.columns), "") for header in self.ignored}
        return left | {normal(h): (i, c) for i, (h, c) in enumerate(self.columns.items())}

    def column(self, header: str) -> tuple[int, str]:
        """(place in the layout, canonical column) of a header; the column is '' for any other."""
        for spelling in self._spellings(header):
            if found := self._spelled.get(normal(spelling)):
                return found
            for pattern, column in self.patterns.items():
                if pattern.fullmatch(spelling.strip()):
                    return len(self.columns), column
        return len(self.columns), ""

    def missing(self, headers: Iterable[str], dataset: Dataset) -> list[str]:
        """The first header of every required column that is not among the headers."""
        required = {c.name for c in dataset.columns if c.required}
        absent = required - {self.column(header)[1] for header in headers}
        first: dict[str, str] = {}
        for header, column in self.columns.items():
            first.setdefault(column, header)
        return [header for column, header in first.items() if column in absent]

    def says_sent(self, header: str) -> bool:
        """Whether a header is the one that says when an answer was sent."""
        sent = frozenset(map(normal, self.sent))
        return any(normal(spelling) in sent for spelling in self._spellings(header))

    def is_random(self, header: str) -> bool:
        """Whether numbers under this header are drawn by lot."""
        random = frozenset(map(normal, self.random))
        return any(normal(spelling) in random for spelling in self._spellings(header))

    def _spellings(self, header: str) -> tuple[str, ...]:
        """A header, and of a survey's `code. text` its code."""
        code = coded(header)[0] if self.unpivot and self.unpivot.questionnaire else ""
        return (header, code) if code else (header,)

    def knows(self, header: str) -> bool:
        known = any(normal(spelling) in self.known for spelling in self._spellings(header))
        return known or bool(self.column(header)[1]) or self.wide(header) is not None

    def wide(self, header: str) -> str | None:
        """The name that a wide column's header stands for; None for any other header."""
        return self.unpivot.name(header) if self.unpivot else None

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Equal for layouts that no header row can tell apart."""
        wide = self.unpivot
        return self.known, (wide.pattern.pattern, frozenset(wide.names)) if wide else None


@dataclass(frozen=True)
class Match:
    """A text frame understood: `places` maps canonical column -> `cN` of the frame.

    `unpivoted` maps `cN` -> value of the new name column. `headers` keeps the supplier's own words
    for feedback. `origin`: a worksheet may hold dates as numbers of days. `kinds`: cell -> the
    column that tells what its reader knew of it (`TextFrame.kinds`). `sent`: cell that says when an
    answer was sent; empty where nothing does.
    """

    layout: Layout
    header_row: int
    places: Mapping[str, str]
    unpivoted: Mapping[str, str]
    headers: Mapping[str, str]
    origin: Origin = "csv"
    kinds: Mapping[str, str] = field(default_factory=dict)
    sent: str = ""


@cache
def load() -> tuple[Layout, ...]:
    """All layouts of `data_contracts/sources/`, by name of file."""
    folder = files("data_contracts") / "sources"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    known = tuple(parse(f.name, f.read_text("utf-8")) for f in found)
    refuse_twins(known)
    return known


def refuse_twins(layouts: Sequence[Layout]) -> None:
    """Raise `ContractError` where two layouts cannot be told apart by their headers."""
    seen: dict[tuple[object, ...], Layout] = {}
    for layout in layouts:
        twin = seen.setdefault(layout.fingerprint, layout)
        if twin is not layout:
            raise ContractError(
                f"Indelingen {twin.id} (versie {twin.version}) en {layout.id} (versie"
                f" {layout.version}) hebben dezelfde kolomkoppen en zijn dus niet te"
                " onderscheiden. Voeg ze samen, of vraag de leverancier om een eigen kop."
            )


def parse(name: str, text: str) -> Layout:
    """One layout from the text of its YAML file; `name` is the file's, for messages."""
    try:
        item = documents.read(text)
    except yaml.YAMLError as problem:
        raise ContractError(f"sources/{name} is geen geldige YAML.") from problem
    if not isinstance(item, dict):
        raise ContractError(f"sources/{name} is geen indeling.")
    return _parse(name, item)


_KEYS = frozenset(
    [
        "id",
        "versie",
        "leverancier",
        "dataset",
        "omschrijving",
        "kolommen",
        "koppatronen",
        "verzonden",
        "negeer",
        "willekeurig",
        "codes",
        "datums",
        "decimaal",
        "lijst_scheiding",
        "vast",
        "bewerk",
        "ontvouw",
        "totaalregel",
        "symbolen",
        "leeg",
        "geldig_vanaf",
        "geldig_tot",
    ]
)


def _parse(name: str, item: Mapping[str, Any]) -> Layout:
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise ContractError(f"sources/{name}: onbekende sleutels {', '.join(unknown)}.")
    try:
        layout = Layout(
            id=item["id"],
            version=int(item["versie"]),
            supplier=item["leverancier"],
            dataset=item["dataset"],
            columns=dict(item["kolommen"]),
            ignored=frozenset([*item.get("negeer", ()), *item.get("willekeurig", ())]),
            random=frozenset(item.get("willekeurig", ())),
            codes={
                column: {str(k): str(v) for k, v in pairs.items()}
                for column, pairs in item.get("codes", {}).items()
            },
            dates=item.get("datums", "jjjj-mm-dd"),
            decimal=item.get("decimaal", "punt"),
            list_separator=item.get("lijst_scheiding", "|"),
            constants={k: str(v) for k, v in item.get("vast", {}).items()},
            edits={
                column: Edit(
                    prefix=str(e.get("voorvoegsel", "")),
                    width=int(e.get("breedte", 0)),
                    after=str(e.get("kolom_ervoor", "")),
                )
                for column, e in item.get("bewerk", {}).items()
            },
            unpivot=_parse_unpivot(item["ontvouw"]) if "ontvouw" in item else None,
            totals_row=item.get("totaalregel"),
            symbols={str(k): str(v) for k, v in item.get("symbolen", {}).items()},
            empty=_parse_empty(item.get("leeg", EMPTY_WORDS)),
            valid_from=_day(item.get("geldig_vanaf")),
            valid_to=_day(item.get("geldig_tot")),
            patterns={re.compile(p): str(c) for p, c in item.get("koppatronen", {}).items()},
            sent=tuple(item.get("verzonden", ())),
        )
        of_columns = layout.dates if isinstance(layout.dates, Mapping) else [""]
        forms = {form for column in of_columns for form in layout.date_forms(column)}
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as problem:
        raise ContractError(
            f"sources/{name} is niet te lezen: {type(problem).__name__} bij {problem}."
        ) from problem
    if wrong := sorted(forms - set(DATE_FORMATS)):
        raise ContractError(f"sources/{name}: datumvorm {wrong[0]} is onbekend.")
    if wrong := sorted(set(layout.symbols.values()) - set(SYMBOL_MEANINGS)):
        raise ContractError(
            f"sources/{name}: betekenis {wrong[0]} van een symbool is onbekend;"
            f" wel: {', '.join(SYMBOL_MEANINGS)}."
        )
    if any(re.fullmatch(r"[+-]?\d+([.,]\d+)?|\s*", s) for s in layout.symbols):
        raise ContractError(f"sources/{name}: een getal of een lege cel kan geen symbool zijn.")
    return layout


def _parse_empty(item: Any) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
    """`leeg`: a list, or a list per column; YAML reads a bare `NULL` or `~` as nothing."""
    if isinstance(item, Mapping):
        return {str(column): _words(words) for column, words in item.items()}
    return _words(item)


def _words(words: Any) -> tuple[str, ...]:
    if isinstance(words, str):
        raise TypeError("leeg")
    return tuple("NULL" if word is None else str(word) for word in words)


def _parse_unpivot(item: Mapping[str, Any]) -> Unpivot:
    pattern = re.compile(item["patroon"]) if "patroon" in item else NEVER
    if "vragenlijst" not in item:
        return Unpivot(pattern, item["naam_naar"], item["waarde_naar"])
    asked = questionnaires.find(item["vragenlijst"])
    group = item.get("groep")
    by_text = {
        normal(question.text): question.id
        for question in asked.items
        if group is None or group in question.groups
    }
    return Unpivot(
        pattern,
        item["naam_naar"],
        item["waarde_naar"],
        names=by_text | {question.id: question.id for question in asked.items},
        values={normal(label): str(score) for score, label in asked.scale.items()},
        not_applicable=tuple(normal(label) for label in asked.not_applicable),
        not_applicable_to=item["nvt_naar"],
        incomplete_counts=asked.incomplete_counts,
    )


def _day(text: object) -> dt.date | None:
    if text is None or isinstance(text, dt.date):
        return text
    return dt.date.fromisoformat(str(text))


def canonical(dataset: Dataset) -> Layout:
    """The layout of a file that already uses the contract's column names."""
    return Layout(
        id=f"zichtlijn_{dataset.id}",
        version=1,
        supplier=None,
        dataset=dataset.id,
        columns={c.name: c.name for c in dataset.columns},
    )


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
