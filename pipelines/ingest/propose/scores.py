"""How well each header fits each column of a contract, by its words and by its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from scipy.optimize import linear_sum_assignment

from pipelines import documents
from pipelines.contracts import Column, Contracts, Dataset
from pipelines.ingest.headings import normal
from pipelines.ingest.layout import Layout
from pipelines.ingest.propose.cells import FITS, Cells

SURE, LIKELY, POSSIBLE = 0.80, 0.64, 0.46  # scores from which a guess is called so
CALLED = 0.8  # likeness from which a header is one of a column's names
CLEAR_LEAD = 0.08  # a sure guess is so much better than any other for this header or column
BY_HEADER = 0.62  # weight of the header; the rest is the cells'


@cache
def known_words() -> Mapping[str, tuple[str, ...]]:
    document = documents.read((files("data_contracts") / "kopwoorden.yaml").read_text("utf-8"))
    return {column: tuple(words) for column, words in document.items()}


class Words:
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
        return {plain_words(n) for n in (column.name, column.label, *general, *learned)}


def is_called(header: str, dataset: Dataset, words: Words) -> bool:
    """Whether a header is a name of some column, whatever its cells are."""
    plain = plain_words(header)
    return any(_alike(plain, n) >= CALLED for c in dataset.columns for n in words.of(dataset, c))


Scores = dict[str, dict[str, tuple[float, str]]]  # place -> column -> (score 0..1, why)


def scores_of(
    headers: Mapping[str, str],
    cells: Mapping[str, Cells],
    dataset: Dataset,
    contracts: Contracts,
    words: Words,
) -> Scores:
    names = {c.name: words.of(dataset, c) for c in dataset.columns}
    return {
        place: {
            c.name: _score(plain_words(header), names[c.name], cells[place], c, contracts)
            for c in dataset.columns
        }
        for place, header in headers.items()
    }


def plain_words(name: str) -> str:
    """Words only; `datum` and small words say less than the rest."""
    words = re.sub(r"[^a-z0-9]+", " ", normal(name)).split()
    kept = [w for w in words if w not in {"de", "het", "van", "bij", "een", "per"}]
    return " ".join(kept or words)


def _score(
    header: str, names: Iterable[str], cells: Cells, column: Column, contracts: Contracts
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


def _evidence(cells: Cells, column: Column, contracts: Contracts) -> tuple[float | None, str]:
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
            return codes_of(cells, column, contracts, lists=True)
    if column.codes:
        return codes_of(cells, column, contracts, lists=False)
    if column.pattern:
        return _form(cells, column)
    if max(cells.best_date, cells.number) > FITS or cells.yes_no > FITS:
        return 0.3, "geen gewone tekst"
    return None, ""


def _inside(cells: Cells, column: Column) -> float:
    """Share of the numbers within the contract's bounds."""
    typed = cells.typed
    if not typed.len():
        return 0.0
    low = column.minimum if column.minimum is not None else -np.inf
    high = column.maximum if column.maximum is not None else np.inf
    return int(typed.is_between(low, high).sum()) / typed.len()


def codes_of(
    cells: Cells, column: Column, contracts: Contracts, *, lists: bool
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


def _form(cells: Cells, column: Column) -> tuple[float, str]:
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


def assigned_columns(scores: Scores, dataset: Dataset) -> dict[str, tuple[str, float, str]]:
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


def explained(scores: Scores, dataset: Dataset) -> float:
    """How well a dataset explains a table: the required columns it has, then the headers used.

    A wide table always has something for a wide dataset; what is required tells them apart.
    """
    found = {c: s for c, s, _ in assigned_columns(scores, dataset).values() if s >= POSSIBLE}
    required = [c.name for c in dataset.columns if c.required]
    by_required = sum(found.get(c, 0.0) for c in required) / max(1, len(required))
    return 0.6 * by_required + 0.4 * sum(found.values()) / max(1, len(scores))
