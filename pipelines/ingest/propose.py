"""A proposal for the layout of an unknown file: which header could be which column, and how sure.

Headers are compared with the contract's names and labels and with words known from practice
(`data_contracts/kopwoorden.yaml`); a sample of the cells says whether the type, the code list or
the form fits. Headers that differ in a year only, or that are questions of a questionnaire, become
rows. A person decides. What identifies persons is never proposed but named by kind, and no value
of the file is repeated, apart from a label that reads like one of the column's own code list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import yaml
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from scipy.optimize import linear_sum_assignment

from pipelines import documents
from pipelines.contracts import Code, Column, Contracts, Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest import anonymise, clean, identity, notation, questionnaires, read
from pipelines.ingest.headings import normal
from pipelines.ingest.layouts import HEADER_WITHIN, Layout, shown
from pipelines.ingest.notation import DATE_FORMATS, DAY_MONTH
from pipelines.ingest.persons import may_be_person
from pipelines.ingest.read import TextFrame

Certainty = Literal["zeker", "waarschijnlijk", "onzeker", "niet gevonden"]

SAMPLE_ROWS = 2000
SURE, LIKELY, POSSIBLE = 0.80, 0.64, 0.46  # scores from which a guess is called so
FITTING = 0.9  # share of the headers that are not identifying from which a known layout fits
CALLED = 0.8  # likeness from which a header is one of a column's names
CLEAR_LEAD = 0.08  # a sure guess is so much better than any other for this header or column
BY_HEADER = 0.62  # weight of the header; the rest is the cells'
LABEL_SURE, LABEL_LIKELY, LABEL_POSSIBLE = 0.92, 0.78, 0.62  # likeness of a label to a code's words
LABEL_LEAD = 0.10  # so much more than to any other code, or the guess is a step less sure
_NOTHING = notation.spellings(notation.EMPTY_WORDS)  # a column of these alone is empty
_DENIALS = frozenset({"anders", "geen", "niet", "onbekend", "overig", "zonder"})
ALMOST = 75  # likeness, of 100, from which a word reads like another
FITS = 0.9  # share of the cells that must fit before a type or form is called theirs


@dataclass(frozen=True)
class Guess:
    """What a header could be. `header` is fit to repeat; `column` is None when nothing fits."""

    header: str
    column: str | None
    certainty: Certainty
    why: str


@dataclass(frozen=True)
class CodeGuess:
    """What a label of the file could mean: a code of the column's list, and why."""

    label: str
    code: str
    certainty: Certainty
    why: str


@dataclass(frozen=True)
class Unfold:
    """Wide columns that become rows: `pattern` with the year in group 1, or a questionnaire.

    `headers`: how many. `not_applicable_to`: column for the answer that a question does not apply.
    """

    pattern: str
    questionnaire: str
    name_to: str
    value_to: str
    not_applicable_to: str
    headers: int
    certainty: Certainty
    why: str


@dataclass(frozen=True)
class Proposal:
    """A layout to be judged. `identifying`: (kind, header) of columns that must not be delivered.

    `dates`, `decimal`, `list_separator` and `edits` follow from the cells; `remarks` say in Dutch
    what a person must still decide. `required`: required columns that no header was found for.
    `codes`: per column the labels that are not on its list but read like one of it. `fitting`: id
    of a known layout that reads the file already, perhaps after `anonymise`; empty when none does.
    """

    dataset: str
    header_row: int
    guesses: tuple[Guess, ...]
    identifying: tuple[tuple[str, str], ...]
    required: tuple[str, ...]
    dates: Mapping[str, str]
    decimal: str
    list_separator: str
    edits: Mapping[str, Mapping[str, str | int]]
    remarks: tuple[str, ...]
    codes: Mapping[str, tuple[CodeGuess, ...]]
    unfold: Unfold | None
    fitting: str = ""

    def as_dict(self) -> dict[str, object]:
        return {
            "dataset": self.dataset,
            "header_row": self.header_row,
            "columns": [
                {"header": g.header, "column": g.column, "certainty": g.certainty, "why": g.why}
                for g in self.guesses
            ],
            "identifying": [{"kind": kind, "header": header} for kind, header in self.identifying],
            "codes": {c: [asdict(g) for g in guesses] for c, guesses in self.codes.items()},
            "unfold": asdict(self.unfold) if self.unfold else None,
            "missing_required": list(self.required),
            "remarks": list(self.remarks),
            "fitting": self.fitting or None,
        }


@dataclass(frozen=True)
class _Cells:
    """The distinct filled cells of one column, and what they look like as shares of them."""

    values: pl.Series
    rows: int
    dates: Mapping[str, float]
    whole: float
    number: float
    yes_no: float
    month_first: bool

    @property
    def best_date(self) -> float:
        return max(self.dates.values(), default=0.0)

    @cached_property
    def typed(self) -> pl.Series:
        """The values that are numbers, as numbers."""
        plain = self.values.str.replace(r"\.(\d{3})", "${1}").str.replace(",", ".")
        return plain.cast(pl.Float64, strict=False).drop_nulls()

    @cached_property
    def normal(self) -> list[str]:
        return [normal(value) for value in self.values]

    @cached_property
    def _shares(self) -> dict[str, float]:
        return {}

    def share(self, pattern: str) -> float:
        """Share of the values that a contract's form fits; many columns have the same form."""
        if pattern not in self._shares:
            self._shares[pattern] = _share(self.values, pattern)
        return self._shares[pattern]


def propose(
    text: TextFrame,
    contracts: Contracts,
    *,
    dataset: str | None = None,
    known: Iterable[Layout] = (),
    head_words: Mapping[str, Sequence[str]] | None = None,
) -> Proposal:
    """The likeliest layout of `text`; for `dataset` when given, else for the dataset it fits best.

    `known`: layouts whose headers are taken as further words for a column. `head_words`: words per
    column in place of `kopwoorden.yaml`. Raises `DeliveryRefused` when no header row is found, or
    none that looks like a contract's.
    """
    header_row, found_headers = _header_row(text)
    body = text.frame.filter(pl.col("rij") > header_row).head(SAMPLE_ROWS)
    found_cells = {place: _cells(body[place]) for place in found_headers}
    words = _Words(_head_words() if head_words is None else head_words, known)
    candidates = [contracts.dataset(dataset)] if dataset else list(contracts.datasets.values())
    maybe = (_questions(found_headers), _years(found_headers, found_cells))
    for wide in (*filter(None, maybe), _NOT_WIDE):
        able = [d for d in candidates if not wide.questionnaire or any(c.asked for c in d.columns)]
        if not able:
            continue
        headers, cells = _narrowed(wide, found_headers, found_cells, body)
        ranked = [
            (_with_wide(_scores(headers, cells, d, contracts, words), wide, d), d) for d in able
        ]
        scores, chosen = max(ranked, key=lambda pair: _fit(pair[0], pair[1]))
        if wide is _NOT_WIDE or _takes(scores, chosen):
            break
    likely = [
        place
        for place, (_, score, _) in _assigned(scores, chosen).items()
        if score >= LIKELY and place in found_headers
    ]
    called = sum(_is_called(header, chosen, words) for header in headers.values())
    if called + len(wide.names) < 2:
        # What stands there may be somebody's data and no headers at all: repeat none of it.
        raise DeliveryRefused(
            "indeling.onbekend",
            "De koppen lijken op geen enkel contract. Staat er wel een kopregel in het bestand?"
            " Geef anders met --dataset aan waar het bij hoort.",
        )
    sightings = identity.inspect(
        text, person_level=chosen.person_level, header_row=header_row, mapped=likely
    )
    barred = {s.cell for s in sightings}
    scores = {place: row for place, row in scores.items() if place not in barred}
    found = _assigned(scores, chosen)
    guesses = tuple(
        _guess(header, found.get(place), cells[place], chosen)
        for place, header in headers.items()
        if place not in barred and place in found_headers
    )
    places = {c: p for p, (c, score, _) in found.items() if score >= POSSIBLE}
    return _completed(
        chosen, header_row, guesses, [(s.kind, s.column) for s in sightings], places, cells,
        contracts, _unfold(wide, found, chosen),
    )  # fmt: skip


def for_file(
    path: Path, contracts: Contracts, *, dataset: str | None, known: Sequence[Layout]
) -> tuple[Proposal, str]:
    """The proposal for a file's largest table, and the layout file it would make.

    Raises `DeliveryRefused` when the file cannot be read or has no header row.
    """
    text = max(read.read(path), key=lambda t: t.frame.height)
    fitting = _fitting(text, known, contracts)
    asked = dataset or (fitting.dataset if fitting else None)
    try:
        proposal = propose(text, contracts, dataset=asked, known=known)
    except DeliveryRefused as refusal:
        if fitting is None:
            raise
        told = _fits(fitting, ())
        raise DeliveryRefused("indeling.bekend", told[0].upper() + told[1:]) from refusal
    if fitting:
        proposal = replace(
            proposal,
            fitting=fitting.id,
            remarks=(_fits(fitting, proposal.identifying), *proposal.remarks),
        )
    name = re.sub(r"[^a-z]+", "_", normal(path.stem)).strip("_") or "nieuw"
    if proposal.dataset not in name:
        name = f"{name}_{proposal.dataset}"
    return proposal, as_yaml(proposal, layout_id=name, supplier="onbekend")


def _fitting(text: TextFrame, known: Sequence[Layout], contracts: Contracts) -> Layout | None:
    """The known layout that reads nearly all of what is not identifying."""
    found = [
        anonymise.best_layout([c for c in cells if c and c.strip()], known, contracts)
        for _number, cells in text.head(HEADER_WITHIN)
        if sum(bool(c and c.strip()) for c in cells) > 1
    ]
    layout, share = max(found, key=lambda one: one[1], default=(None, 0.0))
    return layout if share >= FITTING else None


def _fits(layout: Layout, identifying: Sequence[tuple[str, str]]) -> str:
    if identifying:
        return (
            f"de bekende indeling {layout.id} ({layout.dataset}) past op dit bestand als 'zichtlijn"
            " anonymise' de herleidbare kolommen heeft vervangen. Een nieuwe indeling is dan niet"
            " nodig."
        )
    return (
        f"de bekende indeling {layout.id} ({layout.dataset}) leest dit bestand al. Een nieuwe"
        " indeling is niet nodig."
    )


def as_yaml(proposal: Proposal, *, layout_id: str, supplier: str) -> str:
    """The proposal as a layout file that loads; how sure each line is stands beside it."""
    lines = [
        "# Voorstel van 'zichtlijn layout new'. Controleer elke regel voordat u het bestand in",
        "# data_contracts/sources zet; de zekerheid staat erachter.",
        *(f"# Let op: {remark}" for remark in proposal.remarks),
        *(
            f"# Niet opgenomen, herleidbaar ({kind}): {header}"
            for kind, header in proposal.identifying
        ),
        *_entry({"id": layout_id}),
        "versie: 1",
        *_entry({"leverancier": supplier}),
        f"dataset: {proposal.dataset}",
        "omschrijving: Voorgestelde indeling, nog te controleren.",
        "kolommen:" if any(g.column for g in proposal.guesses) else "kolommen: {}",
    ]
    for guess in proposal.guesses:
        if guess.column:
            (line,) = _entry({guess.header: guess.column})
            lines.append(f"  {line}   # {guess.certainty}: {guess.why}")
    missing = [g.header for g in proposal.guesses if g.column is None]
    if missing:
        lines.append("# Niet gevonden; zet een kop hierboven bij een kolom, of onder negeer:")
        lines += [f"#   - {header}" for header in missing]
    if len(set(proposal.dates.values())) == 1:
        lines += _entry({"datums": next(iter(proposal.dates.values()))})
    elif proposal.dates:
        lines += _entry({"datums": dict(proposal.dates)})
    if proposal.decimal != "punt":
        lines.append(f"decimaal: {proposal.decimal}")
    if proposal.list_separator != "|":
        lines += _entry({"lijst_scheiding": proposal.list_separator})
    lines += _codes_as_yaml(proposal.codes)
    if proposal.unfold:
        lines += _unfold_as_yaml(proposal.unfold)
    if proposal.edits:
        lines += _entry({"bewerk": {c: dict(e) for c, e in proposal.edits.items()}})
    return "\n".join(lines) + "\n"


def _codes_as_yaml(codes: Mapping[str, Sequence[CodeGuess]]) -> list[str]:
    """A guess that is not sure enough to be used stands there as a remark."""
    lines: list[str] = []
    for column, guesses in codes.items():
        own = []
        for guess in guesses:
            (line,) = _entry({guess.label: guess.code})
            mark = "# " if guess.certainty == "onzeker" else ""
            own.append(f"    {mark}{line}   # {guess.certainty}: {guess.why}")
        used = any(guess.certainty != "onzeker" for guess in guesses)
        lines += [f"  {'' if used else '# '}{column}:", *own]
    used = any(guess.certainty != "onzeker" for gs in codes.values() for guess in gs)
    return [f"{'' if used else '# '}codes:", *lines] if lines else []


def _unfold_as_yaml(unfold: Unfold) -> list[str]:
    item = {
        "vragenlijst": unfold.questionnaire,
        "patroon": unfold.pattern,
        "naam_naar": unfold.name_to,
        "waarde_naar": unfold.value_to,
        "nvt_naar": unfold.not_applicable_to,
    }
    lines = [f"  {line}" for key, value in item.items() if value for line in _entry({key: value})]
    return [f"ontvouw:   # {unfold.certainty}: {unfold.why}", *lines]


def _entry(item: Mapping[str, object]) -> list[str]:
    written = yaml.safe_dump(dict(item), allow_unicode=True, width=1000, sort_keys=False)
    return written.rstrip("\n").split("\n")


# The header row and the cells -------------------------------------------------------------------


def _header_row(text: TextFrame) -> tuple[int, dict[str, str]]:
    """The first of the fullest rows of words, with years among them or not; its cells by place."""
    best: tuple[int, int, list[str | None]] | None = None
    for number, cells in text.head(HEADER_WITHIN):
        filled = [normal(c) for c in cells if c and c.strip()]
        wordy = len({c for c in filled if _is_words(c)})
        years = len({c for c in filled if _YEAR.fullmatch(c)})
        full = wordy + years
        if wordy < 2 and (wordy == 0 or years < 2):
            continue
        if full == len(filled) and (best is None or full > best[0]):
            best = (full, number, cells)
    if best is None:
        raise DeliveryRefused(
            "indeling.onbekend",
            f"In de eerste {HEADER_WITHIN} rijen staat geen kopregel met kolomnamen. Zet boven elke"
            " kolom een naam en probeer het opnieuw.",
        )
    _, row, cells = best
    return row, {f"c{i}": cell.strip() for i, cell in enumerate(cells) if cell and cell.strip()}


def _is_words(cell: str) -> bool:
    return bool(re.search(r"[a-z]", cell)) and not re.search(r"\d{5,}|@", cell) and len(cell) < 100


def _cells(column: pl.Series) -> _Cells:
    filled = column.drop_nulls().str.strip_chars()
    filled = filled.filter(filled != "")
    if filled.is_in(sorted(_NOTHING)).all():
        filled = filled.clear()
    values = filled.unique(maintain_order=True).head(500)
    month_only, day_only = _ambiguity(values)
    return _Cells(
        values=values,
        rows=filled.len(),
        dates={name: _share_dates(values, name) for name in DATE_FORMATS},
        whole=_share(values, r"^[+-]?\d+([.,]0+)?$"),
        number=_share(values, r"^(€ ?)?-?\d{1,3}(\.\d{3})*(,\d+)?$|^-?\d+([.,]\d+)?$"),
        yes_no=_share(values.str.to_lowercase(), f"^({'|'.join((*clean.YES, *clean.NO))})$"),
        month_first=month_only > 0 and day_only == 0,
    )


def _ambiguity(values: pl.Series) -> tuple[int, int]:
    """How many values are dates only month-first, and only day-first."""
    first = values.str.extract(DAY_MONTH, 1).cast(pl.Int64)
    second = values.str.extract(DAY_MONTH, 2).cast(pl.Int64)
    month_only = ((first <= 12) & (second > 12)).sum()
    return int(month_only or 0), int(((first > 12) & (second <= 12)).sum() or 0)


def _share(values: pl.Series, pattern: str) -> float:
    return int(values.str.contains(pattern).sum()) / values.len() if values.len() else 0.0


def _share_dates(values: pl.Series, name: str) -> float:
    if not values.len():
        return 0.0
    day = values.str.replace(r" 00:00:00(\.0+)?$", "")
    parsed = day.str.to_date(DATE_FORMATS[name], strict=False)
    plausible = parsed.dt.year().is_between(1990, 2060)
    return int(plausible.sum() or 0) / values.len()


# Wide tables ------------------------------------------------------------------------------------

NAME, VALUE = "naam", "waarde"  # places of what the wide columns become
YEAR_COLUMNS = ("schooljaar", "jaar")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})([/-](?:(?:19|20)\d{2}|\d{2}))?(?!\d)")
_MATRIX = r"[A-Za-z0-9]+\[([a-z0-9_]+)\]"  # a question of a matrix, as LimeSurvey writes it


@dataclass(frozen=True)
class _Wide:
    """Columns that may be one: `stem` is what the headers share, `names` what tells them apart."""

    places: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stem: str = ""
    pattern: str = ""
    questionnaire: str = ""


_NOT_WIDE = _Wide()


def _years(headers: Mapping[str, str], cells: Mapping[str, _Cells]) -> _Wide | None:
    """The most headers that differ in a year only, over cells that are numbers."""
    groups: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for place, header in headers.items():
        found = list(_YEAR.finditer(header))
        if len(found) == 1 and shown(header) == header and cells[place].number >= 0.5:
            (year,) = found
            rest = re.sub(r"\d", r"\\d", year[2] or "")
            key = header[: year.start()], rest, header[year.end() :]
            groups.setdefault(key, []).append((place, year[1]))
    groups = {k: g for k, g in groups.items() if len({y for _, y in g}) == len(g) > 1}
    if not groups:
        return None
    (before, rest, after), group = max(groups.items(), key=lambda item: len(item[1]))
    return _Wide(
        places=tuple(place for place, _ in group),
        names=tuple(year for _, year in group),
        stem=f"{before} {after}".strip(" _-()[]"),
        pattern=f"{re.escape(before)}(\\d{{4}}){rest}{re.escape(after)}",
    )


def _questions(headers: Mapping[str, str]) -> _Wide | None:
    """Headers that are the text or the number of a question, when there are three or more."""
    for asked in questionnaires.load().values():
        ids = {item.id for item in asked.items}
        names = {normal(item.text): item.id for item in asked.items} | {i: i for i in ids}
        plain = {p: names[normal(h)] for p, h in headers.items() if normal(h) in names}
        if len(plain) > 2:
            return _Wide(tuple(plain), tuple(plain.values()), questionnaire=asked.id)
        number = "|".join(sorted(map(re.escape, ids)))
        shared = re.compile(rf"(?P<before>.*[^a-z0-9])(?P<id>{number})(?P<after>[^a-z0-9]?)", re.I)
        parts = {p: m for p, h in headers.items() if (m := shared.fullmatch(h.strip()))}
        around = {(m["before"], m["after"]) for m in parts.values()}
        pattern = _MATRIX if all(re.fullmatch(_MATRIX, m[0]) for m in parts.values()) else ""
        if not pattern and len(around) == 1:
            ((before, after),) = around
            pattern = f"{re.escape(before)}([a-z0-9_]+){re.escape(after)}"
        if pattern and len(parts) > 2:
            numbers = tuple(m["id"] for m in parts.values())
            return _Wide(tuple(parts), numbers, pattern=pattern, questionnaire=asked.id)
    return None


def _narrowed(
    wide: _Wide, headers: Mapping[str, str], cells: Mapping[str, _Cells], body: pl.DataFrame
) -> tuple[dict[str, str], dict[str, _Cells]]:
    """Headers and cells with the wide columns as one of names and one of values."""
    kept = {place: header for place, header in headers.items() if place not in wide.places}
    seen = {place: cells[place] for place in kept}
    if wide.places:
        kept[VALUE] = wide.stem
        seen[NAME] = _cells(pl.Series(wide.names, dtype=pl.String))
        seen[VALUE] = _cells(pl.concat([body[place] for place in wide.places]))
    return kept, seen


def _with_wide(scores: _Scores, wide: _Wide, dataset: Dataset) -> _Scores:
    """What the wide columns can become: a year and a number, or a question and its answer."""
    if not wide.places:
        return scores
    none = {c.name: (0.0, "") for c in dataset.columns}
    if wide.questionnaire:
        asked = [(c.name, c.asked.answer) for c in dataset.columns if c.asked]
        rows = {NAME: dict(none), VALUE: dict(none)}
        for name, answer in asked:
            rows[NAME][name] = rows[VALUE][answer] = (1.0, "vragen van de vragenlijst")
        return scores | rows
    years = [c.name for c in dataset.columns if c.name in YEAR_COLUMNS][:1]
    numbers = [
        c.name
        for c in dataset.columns
        if c.kind in ("geheel", "getal") and c.name not in YEAR_COLUMNS
    ]
    values = none | {name: scores[VALUE][name] for name in numbers}
    if not _plain(wide.stem) and len(numbers) == 1:
        values[numbers[0]] = (POSSIBLE, "de enige kolom met getallen")
    named = none | dict.fromkeys(years, (1.0, "jaren in de koppen"))
    return scores | {NAME: named, VALUE: values}


def _takes(scores: _Scores, dataset: Dataset) -> bool:
    """Whether a dataset has a place for what the wide columns become."""
    found = _assigned(scores, dataset)
    return all(place in found and found[place][1] >= POSSIBLE for place in (NAME, VALUE))


def _unfold(
    wide: _Wide, found: Mapping[str, tuple[str, float, str]], dataset: Dataset
) -> Unfold | None:
    if any(found.get(place, ("", 0.0, ""))[1] < POSSIBLE for place in (NAME, VALUE)):
        return None
    score = found[VALUE][1]
    what = "de vragen van de vragenlijst" if wide.questionnaire else "met een jaar"
    return Unfold(
        pattern=wide.pattern,
        questionnaire=wide.questionnaire,
        name_to=found[NAME][0],
        value_to=found[VALUE][0],
        not_applicable_to=next(
            (c.name for c in dataset.columns if wide.questionnaire and c.kind == "ja_nee"), ""
        ),
        headers=len(wide.places),
        certainty="zeker" if score >= SURE else "waarschijnlijk" if score >= LIKELY else "onzeker",
        why=f"{len(wide.places)} koppen {what}",
    )


# Scores -----------------------------------------------------------------------------------------


@cache
def _head_words() -> Mapping[str, tuple[str, ...]]:
    document = documents.read((files("data_contracts") / "kopwoorden.yaml").read_text("utf-8"))
    return {column: tuple(words) for column, words in document.items()}


class _Words:
    """Other words for a column, by dataset and name."""

    def __init__(self, general: Mapping[str, Sequence[str]], known: Iterable[Layout]) -> None:
        self._general = general
        self._learned: dict[tuple[str, str], list[str]] = {}
        for layout in known:
            for header, column in layout.columns.items():
                self._learned.setdefault((layout.dataset, column), []).append(header)

    def of(self, dataset: Dataset, column: Column) -> set[str]:
        """All names a header is compared with, plain."""
        learned = self._learned.get((dataset.id, column.name), ())
        general = self._general.get(column.name, ())
        return {_plain(n) for n in (column.name, column.label, *general, *learned)}


def _is_called(header: str, dataset: Dataset, words: _Words) -> bool:
    """Whether a header is a name of some column, whatever its cells are."""
    plain = _plain(header)
    return any(_alike(plain, n) >= CALLED for c in dataset.columns for n in words.of(dataset, c))


_Scores = dict[str, dict[str, tuple[float, str]]]  # place -> column -> (score 0..1, why)


def _scores(
    headers: Mapping[str, str],
    cells: Mapping[str, _Cells],
    dataset: Dataset,
    contracts: Contracts,
    words: _Words,
) -> _Scores:
    names = {c.name: words.of(dataset, c) for c in dataset.columns}
    return {
        place: {
            c.name: _score(_plain(header), names[c.name], cells[place], c, contracts)
            for c in dataset.columns
        }
        for place, header in headers.items()
    }


def _plain(name: str) -> str:
    """Words only; `datum` and small words say less than the rest."""
    words = re.sub(r"[^a-z0-9]+", " ", normal(name)).split()
    kept = [w for w in words if w not in {"de", "het", "van", "bij", "een", "per"}]
    return " ".join(kept or words)


def _score(
    header: str, names: Iterable[str], cells: _Cells, column: Column, contracts: Contracts
) -> tuple[float, str]:
    names = tuple(names)
    by_name = max(_alike(header, name) for name in names)
    by_cells, why = _evidence(cells, column, contracts)
    # A column without cells, or whose name only looks like one of these, is never a likely guess.
    most = 1.0 if cells.rows and any(_says(header, name) for name in names) else LIKELY - 0.01
    if by_cells is None:
        return min(most, 0.9 * by_name), "kop" if cells.rows else "kop; de kolom is leeg"
    if by_cells < 0.15:
        return min(most, 0.5 * by_name), why  # the same name over other cells is doubtful
    score = BY_HEADER * by_name + (1 - BY_HEADER) * by_cells
    return min(most, score), f"kop {by_name:.0%}, {why}"


def _says(header: str, name: str) -> bool:
    """Whether a header says what a name says: the same words, or some of them, perhaps misspelled.

    A word more makes it something else: `reden uitstroom` is not the reason of an absence.
    """
    if header.replace(" ", "") == name.replace(" ", ""):
        return True
    left = name.split()
    for word in header.split():
        same = next((other for other in left if _is_word(word, other)), None)
        if same is None:
            return _is_word(header.replace(" ", ""), name.replace(" ", ""))
        left.remove(same)
    return bool(header)


def _is_word(one: str, other: str) -> bool:
    """The same word, with a letter wrong in a long one, or in the plural."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short) and long[len(short) :] in ("s", "n", "en"):
        return True
    return len(short) >= 6 and OSA.distance(one, other, score_cutoff=1) <= 1


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    whole = fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""))
    by_word = fuzz.token_sort_ratio(one, other)
    part = 0.85 * fuzz.token_set_ratio(one, other)
    return max(whole, by_word, part) / 100


def _resembles(one: str, other: str) -> bool:
    """Whether `_alike` is 0.7 or more; what cannot come that far is not worked out."""
    if one == other or fuzz.token_sort_ratio(one, other, score_cutoff=70):
        return True
    if fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""), score_cutoff=70):
        return True
    return 0.85 * fuzz.token_set_ratio(one, other, score_cutoff=80) >= 70


def _evidence(cells: _Cells, column: Column, contracts: Contracts) -> tuple[float | None, str]:
    """How well the cells fit the column, 0..1, and why in words; None: they cannot tell."""
    if not cells.rows:
        return None, ""
    match column.kind:
        case "datum":
            return cells.best_date, f"{cells.best_date:.0%} datums"
        case "ja_nee":
            return cells.yes_no, f"{cells.yes_no:.0%} ja of nee"
        case "geheel" | "getal":
            share = cells.whole if column.kind == "geheel" else cells.number
            inside = _inside(cells, column)
            return 0.9 * share * inside, f"{share:.0%} getallen"
        case "lijst":
            return _codes(cells, column, contracts, lists=True)
    if column.codes:
        return _codes(cells, column, contracts, lists=False)
    if column.pattern:
        return _form(cells, column)
    if max(cells.best_date, cells.number) > FITS or cells.yes_no > FITS:
        return 0.3, "geen gewone tekst"
    return None, ""


def _inside(cells: _Cells, column: Column) -> float:
    """Share of the numbers within the contract's bounds."""
    typed = cells.typed
    if not typed.len():
        return 0.0
    low = column.minimum if column.minimum is not None else -np.inf
    high = column.maximum if column.maximum is not None else np.inf
    return int(typed.is_between(low, high).sum()) / typed.len()


def _codes(
    cells: _Cells, column: Column, contracts: Contracts, *, lists: bool
) -> tuple[float, str]:
    """A supplier's own labels need not be on the list: few, alike values still speak for it."""
    if column.codes is None:
        return 0.0, "de lijst heeft geen codes"
    codes = contracts.codes[column.codes]
    written = {normal(w) for c in codes.values() for w in (c.code, c.label_nl, *c.spellings)}
    parts = cells.normal
    if lists:
        parts = [i.strip() for v in parts for i in re.split(r"[|;,/]", v) if i.strip()]
    distinct = set(parts)
    hits = sum(v in written for v in distinct) / len(distinct)
    if hits >= 0.5:
        return 0.5 + hits / 2, f"{hits:.0%} bekende codes"
    if len(distinct) > 2 * len(codes) + 3 or max(cells.best_date, cells.number) > FITS:
        return 0.1 * hits, "te veel verschillende waarden voor de codelijst"
    close = sum(any(_resembles(v, w) for w in written) for v in distinct) / len(distinct)
    return 0.35 + 0.5 * close, f"{close:.0%} lijkt op de codelijst"


def _form(cells: _Cells, column: Column) -> tuple[float, str]:
    share = cells.share(str(column.pattern))
    if share < FITS and str(column.pattern).startswith("^GM"):
        digits = cells.share(r"^\d{3,4}$")
        return 0.8 * digits, f"{digits:.0%} gemeentenummers zonder GM"
    if column.key and column.name.endswith("_id"):
        unique = cells.values.len() >= min(cells.rows, 500) * 0.95
        return (0.8 if unique else 0.3) * share, f"{share:.0%} vorm"
    if column.refers_to is None and column.name.endswith("_id") and share == 1.0:
        free = str(column.pattern).startswith("^[A-Za-z0-9")
        return (0.6 if free else 1.0), f"{share:.0%} vorm"
    return share, f"{share:.0%} vorm"


def _assigned(scores: _Scores, dataset: Dataset) -> dict[str, tuple[str, float, str]]:
    """Each header one column and each column one header, the best sum: place -> (column, ...).

    The score of a guess without a clear lead stays below `SURE`.
    """
    if not scores:
        return {}
    places, columns = list(scores), [c.name for c in dataset.columns]
    table = np.array([[scores[p][c][0] for c in columns] for p in places])
    found: dict[str, tuple[str, float, str]] = {}
    for row, place_column in zip(
        *linear_sum_assignment(np.where(table >= POSSIBLE, table, 0.0), maximize=True), strict=True
    ):
        score = float(table[row, place_column])
        others = np.append(
            np.delete(table[row], place_column), np.delete(table[:, place_column], row)
        )
        if score >= SURE and score - float(others.max(initial=0.0)) < CLEAR_LEAD:
            score = SURE - 0.01
        name = columns[place_column]
        found[places[row]] = (name, score, scores[places[row]][name][1])
    return found


def _fit(scores: _Scores, dataset: Dataset) -> float:
    """How well a dataset explains a table: the required columns it has, then the headers used.

    A wide table always has something for a wide dataset; what is required tells them apart.
    """
    found = {c: s for c, s, _ in _assigned(scores, dataset).values() if s >= POSSIBLE}
    required = [c.name for c in dataset.columns if c.required]
    by_required = sum(found.get(c, 0.0) for c in required) / max(1, len(required))
    return 0.6 * by_required + 0.4 * sum(found.values()) / max(1, len(scores))


def _guess(
    header: str, found: tuple[str, float, str] | None, cells: _Cells, dataset: Dataset
) -> Guess:
    if found is None or found[1] < POSSIBLE:
        fit = "(afgeschermde kop)" if may_be_person(header) else shown(header)
        return Guess(fit, None, "niet gevonden", "geen kolom past bij kop en inhoud")
    column, score, why = found
    certainty: Certainty = (
        "zeker" if score >= SURE else "waarschijnlijk" if score >= LIKELY else "onzeker"
    )
    if dataset.column(column).kind == "datum" and cells.month_first:
        return Guess(shown(header), column, "onzeker", f"{why}; de maand lijkt vooraan te staan")
    return Guess(shown(header), column, certainty, why)


# What else a layout says -------------------------------------------------------------------------


def _completed(
    dataset: Dataset,
    header_row: int,
    guesses: tuple[Guess, ...],
    identifying: Sequence[tuple[str, str]],
    places: Mapping[str, str],
    cells: Mapping[str, _Cells],
    contracts: Contracts,
    unfold: Unfold | None,
) -> Proposal:
    dates: dict[str, str] = {}
    edits: dict[str, dict[str, str | int]] = {}
    remarks: list[str] = []
    codes: dict[str, tuple[CodeGuess, ...]] = {}
    comma = 0
    separators: list[str] = []
    for name, place in places.items():
        column, seen = dataset.column(name), cells[place]
        if column.kind == "datum" and seen.rows:
            form = max(seen.dates, key=lambda f: seen.dates[f])
            if seen.dates[form] >= 0.5:
                dates[name] = form
            if seen.month_first:
                remarks.append(
                    f"in {name} lijkt de maand vóór de dag te staan; zo'n levering wordt geweigerd."
                )
        elif column.kind == "getal":
            comma += int(seen.values.str.contains(r"\d,\d").sum())
        elif column.kind == "lijst":
            separators += [s for s in "|;,/" if seen.values.str.contains(s, literal=True).any()]
        if (column.pattern or "").startswith("^GM") and _share(seen.values, r"^\d{3,4}$") >= FITS:
            edits[name] = {"voorvoegsel": "GM", "breedte": 4}
        if column.codes:
            labels = _unknown(seen, column, contracts, separators)
            guessed = _code_guesses(labels, contracts.codes[column.codes].values())
            if guessed:
                codes[name] = guessed
            left = len(labels) - sum(g.certainty != "onzeker" for g in guessed)
            if left:
                many = "1 benaming" if left == 1 else f"{left} benamingen"
                remarks.append(
                    f"{many} in {name} {'staat' if left == 1 else 'staan'} niet in de codelijst"
                    f" {column.codes} en {'lijkt' if left == 1 else 'lijken'} er niet genoeg op;"
                    " vul aan onder codes."
                )
    required = tuple(c.name for c in dataset.columns if c.required and c.name not in places)
    if required:
        remarks.append(
            f"voor deze verplichte kolommen is geen kop gevonden: {', '.join(required)}."
        )
    return Proposal(
        dataset=dataset.id,
        header_row=header_row,
        guesses=guesses,
        identifying=tuple(dict.fromkeys(identifying)),
        required=required,
        dates=dates,
        decimal="komma" if comma else "punt",
        list_separator=separators[0] if separators else "|",
        edits=edits,
        remarks=tuple(remarks),
        codes=codes,
        unfold=unfold,
    )


def _unknown(
    cells: _Cells, column: Column, contracts: Contracts, separators: Sequence[str]
) -> list[str]:
    """Distinct labels that are not on the code list, as they are written."""
    codes = contracts.codes[str(column.codes)].values()
    written = {normal(w) for c in codes for w in (c.code, c.label_nl, *c.spellings)}
    labels = [str(value) for value in cells.values]
    if column.kind == "lijst" and separators:
        labels = [i.strip() for v in labels for i in v.split(separators[0]) if i.strip()]
    distinct = {normal(label): label for label in reversed(labels)}
    return [label for plain, label in distinct.items() if plain not in written]


def _means(label: str, word: str) -> float:
    """How much a label reads like a code's word; sharing some words is never likely enough.

    'Niet akkoord' reads like 'akkoord' and means the opposite: a word of denial counts for itself.
    """
    whole = max(fuzz.ratio(label.replace(" ", ""), word.replace(" ", "")),
                fuzz.token_sort_ratio(label, word)) / 100  # fmt: skip
    part = 0.85 * fuzz.token_set_ratio(label, word) / 100
    most = LABEL_LIKELY - 0.01
    if set(label.split()) & _DENIALS != set(word.split()) & _DENIALS:
        return min(most - 0.05, whole)
    return max(whole, min(most, part))


def _may_be_repeated(label: str, vocabulary: Collection[str]) -> bool:
    """Whether a label of the file may be printed: no word of it could be somebody's name.

    A word of the code list, or one that reads like it, is none; any other is none when it is in no
    list of names and written as no name is: with a capital.
    """
    for word in re.findall(r"[^\W\d_]{3,}", label):
        plain = normal(word)
        near = any(plain in v or v in plain for v in vocabulary if len(v) > 3)
        if plain in vocabulary:
            continue
        if may_be_person(plain):
            return False
        if word[0].isupper() and not near:
            likest = max((fuzz.ratio(plain, v) for v in vocabulary), default=0.0)
            if likest < ALMOST:
                return False
    return True


def _code_guesses(labels: Iterable[str], codes: Iterable[Code]) -> tuple[CodeGuess, ...]:
    """The code that each label reads like most; none for a label that is like none of them.

    Only what reads like the code list is repeated, so that no other value of the file is.
    """
    words = {c.code: [(_plain(w), w) for w in (c.label_nl, *c.spellings, c.code)] for c in codes}
    found: list[CodeGuess] = []
    vocabulary = {w for written in words.values() for plain, _ in written for w in plain.split()}
    for label in labels:
        if shown(label) != label or not _may_be_repeated(label, vocabulary):
            continue
        plain = _plain(label)
        ranked = sorted(
            ((*max((_means(plain, w), word) for w, word in known), code)
             for code, known in words.items()),
            reverse=True,
        )  # fmt: skip
        best, word, code = ranked[0]
        lead = best - (ranked[1][0] if len(ranked) > 1 else 0.0)
        if best < LABEL_POSSIBLE:
            continue
        certainty: Certainty = "onzeker"
        if lead >= LABEL_LEAD and best >= LABEL_LIKELY:
            certainty = "zeker" if best >= LABEL_SURE else "waarschijnlijk"
        found.append(CodeGuess(label, code, certainty, f"{best:.0%} als '{word}'"))
    return tuple(sorted(found, key=lambda g: (g.code, g.label)))
