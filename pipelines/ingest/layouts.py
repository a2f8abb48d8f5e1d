"""Source layouts: which supplier's export this is, and what its columns are called by contract.

A layout is a YAML file in `data_contracts/sources/`; a file whose headers are the contract's own
column names needs none (`canonical`). The layout is chosen by its header row, which may stand on
any of the first rows. Unknown columns are never passed through: all of them are named at once.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from pipelines import documents
from pipelines.contracts import Contracts, Dataset
from pipelines.errors import ContractError, DeliveryRefused
from pipelines.ingest import questionnaires
from pipelines.ingest.notation import DATE_FORMATS, EMPTY_WORDS
from pipelines.ingest.read import Origin, TextFrame
from pipelines.ingest.reading.frame import kind_column

HEADER_WITHIN = 20
RECOGNISED = 0.5  # share of headers that must be known before a layout is called "this one"
FITS_WHOLLY = (1.0, 1.0)  # no later row can be more alike

SYMBOL_MEANINGS = ("afgeschermd", "onbekend", "geheim", "nihil")
NEVER = re.compile(r"(?!)")  # matches no header


@dataclass(frozen=True)
class Unpivot:
    """Wide to long: every header that matches `pattern` becomes a row of its own.

    With a questionnaire `names` maps a header (a question's number or text, as `normal` makes it)
    to the question, `values` the words of the scale to a score, and an answer in `not_applicable`
    goes to the yes/no column `not_applicable_to`.
    """

    pattern: re.Pattern[str]
    name_to: str
    value_to: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    not_applicable: tuple[str, ...] = ()
    not_applicable_to: str = ""

    def name(self, header: str) -> str | None:
        """The name that a wide column's header stands for; None for any other header."""
        if found := self.names.get(normal(header)):
            return found
        matched = self.pattern.fullmatch(header.strip())
        if matched is None or (self.names and matched.group(1) not in self.names.values()):
            return None
        return matched.group(1)


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
    """One supplier's layout of one dataset. `columns`: source header -> canonical column.

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
        return frozenset(normal(h) for h in (*self.columns, *self.ignored))

    def knows(self, header: str) -> bool:
        return normal(header) in self.known or self.wide(header) is not None

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
    column that tells what its reader knew of it (`TextFrame.kinds`).
    """

    layout: Layout
    header_row: int
    places: Mapping[str, str]
    unpivoted: Mapping[str, str]
    headers: Mapping[str, str]
    origin: Origin = "csv"
    kinds: Mapping[str, str] = field(default_factory=dict)


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
    by_text = {normal(question.text): question.id for question in asked.items}
    return Unpivot(
        pattern,
        item["naam_naar"],
        item["waarde_naar"],
        names=by_text | {question.id: question.id for question in asked.items},
        values={normal(label): str(score) for score, label in asked.scale.items()},
        not_applicable=tuple(normal(label) for label in asked.not_applicable),
        not_applicable_to=item["nvt_naar"],
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
    present = {normal(h) for h in headers}
    known = sum(layout.knows(h) for h in headers)
    found = sum(normal(h) in present for h in layout.columns)
    return (
        known / (len(headers) + len(_missing(layout, present, dataset))),
        found / max(1, len(layout.columns)),
    )


def _missing(layout: Layout, present: set[str], dataset: Dataset) -> list[str]:
    """The layout's headers for required columns (and wide values) that are not there."""
    required = {c.name for c in dataset.columns if c.required}
    return [h for h, c in layout.columns.items() if c in required and normal(h) not in present]


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
    missing = _missing(layout, set(seen), dataset)
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
    if len(text) > 60 or re.search(r"\d{5,}|@", text):
        return "(afgeschermde kop)"
    return text


def _placed(layout: Layout, header_row: int, cells: list[str | None], text: TextFrame) -> Match:
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
    kinds = {cell: kind_column(cell) for cell in text.typed}
    return Match(layout, header_row, places, unpivoted, headers, text.origin, kinds)
