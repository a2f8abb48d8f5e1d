"""At the supplier's own desk: an export with identifying data -> the form that passes the door.

The pupil's number becomes a pseudonym, the birth date an age, the postcode a neighbourhood where a
list of them is given; names, addresses, contacts and notes are left out; every other column stays
as it is. The result goes through the same door as any delivery before it is written. The key and
the values are never shown; a message names columns and row numbers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipelines.contracts import Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.ingest import care_messages, identity, layouts, read
from pipelines.ingest.headings import normal
from pipelines.ingest.layouts import HEADER_WITHIN, Layout, shown
from pipelines.ingest.notation import DAYS_TO_1904, SINCE_1904
from pipelines.ingest.read import TextFrame

Done = Literal[
    "behouden",
    "pseudoniem gemaakt",
    "leeftijd gemaakt",
    "wijk gemaakt",
    "nummer gemaakt",
    "weggelaten",
]

KEY_BYTES = 32
KEY_VARIETY = 16  # distinct bytes: 32 random ones practically always have more
LARGEST_KEY_FILE = 4096
SEPARATOR = ";"
# Share of what is not identifying that a layout must know. More than at the door, where a wrong
# guess is refused: here it would rename columns.
RECOGNISED = 0.75
ROWS_SHOWN = 10
NATIONAL = ("burgerservicenummer", "onderwijsnummer")
PSEUDONYM = r"^\s*[0-9a-f]{64}\s*$"
OWN_NUMBER = (
    r"\b((leerling|lln?|stam|administratie|client|deelnemer|student|jeugdige|kind)"
    r" ?(id|nummer|nr|code))\b"
)
OF_SOMEBODY_ELSE = (
    r"\b(ouders?|verzorgers?|vader|moeder|voogd|partner|gezin|medewerker|leerkracht|mentor"
    r"|behandelaar|begeleider|contact ?persoon|school|vestiging|(onderwijs ?)?(locatie|aanbieder)"
    r"|instelling)\b"
)
# The dates at which an age may be taken, the one that counts first.
AGE_AT = ("aanmeld_datum", "start_datum", "datum")
AGE_AT_HEADERS = (
    r"\b(aan ?meld ?datum|datum (van )?aanmelding)\b",
    r"\b((start|begin|ingangs) ?datum|datum (van )?(start|begin|ingang))\b",
)
WIJKCODE = r"^WK\d{6}$"
# What a layout calls the key of its rows where the supplier's system gives them none.
MADE_KEY, MADE_KEY_DIGITS = "ZICHTLIJN_NUMMER", 24


@dataclass(frozen=True)
class Treatment:
    """What was done with one column, and why; `column` is a header fit to repeat."""

    column: str
    done: Done
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What became of a file. `layout` and `dataset` are empty when the columns belong to none."""

    file: str
    out: str
    rows: int
    layout: str
    dataset: str
    columns: tuple[Treatment, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "out": self.out,
            "rows": self.rows,
            "layout": self.layout,
            "dataset": self.dataset,
            "columns": [
                {"column": c.column, "done": c.done, "reason": c.reason} for c in self.columns
            ],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Wishes:
    """What the supplier may add: see the options of `zichtlijn anonymise`.

    `number`: header of the pupil's number; `sheet`: 1-based, for a workbook with several tables.
    """

    layout: str | None = None
    number: str | None = None
    wijken: Path | None = None
    reference_date: dt.date | None = None
    sheet: int | None = None


@dataclass(frozen=True)
class _Table:
    """A text frame understood far enough: `headers` maps `cN` -> header, `kinds` what it holds.

    `messages`: how many iJw messages it was joined from.
    """

    text: TextFrame
    header_row: int
    headers: Mapping[str, str]
    layout: Layout | None
    kinds: Mapping[str, tuple[str, ...]]
    messages: int = 0

    @property
    def body(self) -> pl.DataFrame:
        """The rows below the header row that are not empty."""
        filled = pl.any_horizontal(pl.col(list(self.headers)).is_not_null())
        return self.text.frame.filter((pl.col("rij") > self.header_row) & filled)

    def canonical(self, cell: str) -> str | None:
        """The contract's name of a column, where the layout reads it."""
        return _canonical(self.layout, self.headers[cell])

    def cell_of(self, canonical: str) -> str | None:
        found = (c for c in self.headers if self.canonical(c) == canonical)
        return next(found, None)

    def header_for(self, canonical: str) -> str | None:
        """What the layout calls it; the contract's name without a layout; None if it has none."""
        if self.layout is None:
            return canonical
        return next((h for h, c in self.layout.columns.items() if c == canonical), None)


@dataclass
class _Result:
    """The columns of the result in order, filled while the columns are worked through."""

    columns: dict[str, pl.Series] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    treatments: list[Treatment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def anonymise(
    path: Path, key_file: Path, contracts: Contracts, wishes: Wishes, out: Path | None = None
) -> Report:
    """Write the accepted form of `path` to `out` (default: beside it, `_anoniem.csv`).

    Raises `UsageError` for what the call lacks, and `DeliveryRefused` when the file cannot be read
    or the result would not pass the door; then nothing is written.
    """
    target = out or path.with_name(f"{path.stem}_anoniem.csv")
    _refuse_same_file(target, [path, key_file, *([wishes.wijken] if wishes.wijken else [])])
    key = read_key(key_file)
    table = _understood(path, contracts, wishes)
    number = _number_cell(table, wishes.number)
    result = _Result(notes=_notes_on(key_file, table))
    body = table.body
    treat = _treatments(table, body, number, key, contracts, wishes)
    for cell, header in table.headers.items():
        treat[cell](cell, header, result)
    _number_rows(table, body, number, key, contracts, result)
    _refuse_identifying(result, table)
    _write(result, target)
    return Report(
        file=path.name,
        out=str(target),
        rows=body.height,
        layout=table.layout.id if table.layout else "",
        dataset=table.layout.dataset if table.layout else "",
        columns=tuple(result.treatments),
        notes=tuple(result.notes),
    )


# The key ---------------------------------------------------------------------------------------


def new_key(path: Path) -> None:
    """Make a key file that only its owner may read: 64 hexadecimal digits on one line."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} bestaat al en wordt niet overschreven: met een andere sleutel krijgt elke"
            " leerling een ander pseudoniem. Kies een andere naam."
        ) from None
    except OSError as problem:
        raise UsageError(
            f"Het sleutelbestand {path} kan niet worden gemaakt ({type(problem).__name__})."
        ) from problem
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")


def read_key(path: Path) -> bytes:
    """The key in a file: one line of hexadecimal digits, or the bytes as they are.

    Typed text is refused: whoever guesses it can try every number there is.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_KEY_FILE + 1)
    except OSError as problem:
        raise UsageError(
            f"Het sleutelbestand {path} kan niet worden gelezen ({type(problem).__name__})."
            " Maak er een met 'zichtlijn anonymise --new-key'."
        ) from problem
    line = raw.strip()
    if re.fullmatch(rb"[0-9A-Fa-f]+", line) and len(line) % 2 == 0:
        key = bytes.fromhex(line.decode("ascii"))
    elif len(raw) > LARGEST_KEY_FILE or _is_text(raw):
        raise UsageError(
            f"Het sleutelbestand {path} heeft een vreemde vorm: verwacht wordt een regel van"
            f" minstens {2 * KEY_BYTES} hexadecimale tekens (0-9, a-f), of minstens {KEY_BYTES}"
            " willekeurige bytes; geen wachtwoord, document of andere tekst."
            " Maak er een met 'zichtlijn anonymise --new-key'."
        )
    else:
        key = raw
    if len(key) < KEY_BYTES:
        raise UsageError(
            f"De sleutel in {path} is te kort: {len(key)} bytes, en er zijn er minstens"
            f" {KEY_BYTES} nodig. Maak er een met 'zichtlijn anonymise --new-key'."
        )
    if len(set(key)) < KEY_VARIETY:
        raise UsageError(
            f"De sleutel in {path} is niet willekeurig: er komen te weinig verschillende bytes in"
            " voor. Maak er een met 'zichtlijn anonymise --new-key'."
        )
    return key


def _is_text(raw: bytes) -> bool:
    """Whether somebody's editor or program made this, in whatever encoding."""
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or raw.count(0) > len(raw) / 4:
        return True
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(c.isprintable() or c.isspace() for c in text)


def pseudonym(number: str, key: bytes) -> str:
    """HMAC-SHA-256, 64 hexadecimal digits, of a number as `plain_number` writes it."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def plain_number(text: str, *, national: bool) -> str | None:
    """A number without spaces and dots; what a spreadsheet made of it is undone.

    `national`: a citizen service or education number, nine digits with its leading zeros; None for
    what cannot be one. None for empty text too.
    """
    bare = text.strip().lstrip("'")
    if re.fullmatch(r"\d([.,]\d+)?[eE]\+?\d{1,2}", bare):
        bare = str(round(float(bare.replace(",", "."))))
    bare = re.sub(r"^(\d+)[.,]0{1,2}$", r"\1", bare)
    bare = re.sub(r"[\s.-]" if national else r"[\s.]", "", bare)
    if not national:
        return bare or None
    if not re.fullmatch(r"[0-9]{7,9}", bare) or int(bare) == 0:
        return None
    return bare.zfill(9)


# Understanding the file ------------------------------------------------------------------------


def _understood(path: Path, contracts: Contracts, wishes: Wishes) -> _Table:
    if path.suffix.lower() not in read.SUFFIXES:
        raise DeliveryRefused(
            "bestand.soort",
            f"Bestanden van de soort {path.suffix or '(zonder extensie)'} worden niet gelezen."
            f" Toegestaan: {', '.join(sorted(read.SUFFIXES))}.",
        )
    loose = read.read(path)
    known = _candidates(contracts, wishes.layout)
    texts = care_messages.joined(loose, known)
    if wishes.sheet is not None:
        if not 1 <= wishes.sheet <= len(texts):
            raise UsageError(f"Er is geen tabel {wishes.sheet}; het bestand heeft er {len(texts)}.")
        texts = [texts[wishes.sheet - 1]]
    found = [(i, t, row) for i, t in enumerate(texts, 1) if (row := _header_row(t, known))]
    if not found:
        raise UsageError(
            "In de eerste 20 rijen staat geen kopregel met bekende kolomnamen. Zet boven elke"
            " kolom een naam, zoals BSN of Geboortedatum, of noem de indeling met --layout."
        )
    if len(found) > 1:
        numbers = ", ".join(str(i) for i, _, _ in found)
        raise UsageError(
            f"Het bestand bevat meer dan een tabel (nummer {numbers}). Kies er een met --sheet."
        )
    _, text, row = found[0]
    table = _table(text, row, known, forced=wishes.layout is not None, contracts=contracts)
    messages = care_messages.count(loose) if text.origin == "bericht" else 0
    return replace(table, messages=messages)


def _candidates(contracts: Contracts, chosen: str | None) -> list[Layout]:
    """The layouts of data about children, or only the one that was asked for."""
    every = [*layouts.load(), *(layouts.canonical(d) for d in contracts.datasets.values())]
    personal = [la for la in every if contracts.dataset(la.dataset).person_level]
    if chosen is None:
        return personal
    wanted = [la for la in personal if la.id == chosen]
    if not wanted:
        raise UsageError(
            f"Er is geen indeling {shown(chosen)} met gegevens over leerlingen; wel:"
            f" {', '.join(sorted({la.id for la in personal}))}."
        )
    return wanted[-1:]


def _header_row(text: TextFrame, known: Sequence[Layout]) -> int | None:
    """The row with the most cells that are known as a header."""

    def recognised(cell: str) -> bool:
        return _identifying(cell) or any(layout.knows(cell) for layout in known)

    counts = {
        row: sum(recognised(cell) for cell in cells if cell and cell.strip())
        for row, cells in text.head(HEADER_WITHIN)
    }
    best = max(counts, key=lambda row: (counts[row], -row), default=None)
    return best if best is not None and counts[best] else None


def _identifying(header: str) -> bool:
    return (
        bool(identity.kinds_of_header(header, person_level=True))
        or identity.is_free_text_header(header)
        or _is_own_number(header)
    )


def _is_own_number(header: str) -> bool:
    return bool(re.search(OWN_NUMBER, identity.words_of(header)))


def _table(
    text: TextFrame, row: int, known: Sequence[Layout], *, forced: bool, contracts: Contracts
) -> _Table:
    cells = text.frame.filter(pl.col("rij") == row).select(text.columns).row(0)
    headers = {c: h.strip() for c, h in zip(text.columns, cells, strict=True) if h and h.strip()}
    _refuse_twice(headers.values())
    _refuse_beyond(text, row, list(headers))
    layout = known[0] if forced else _best(list(headers.values()), known, contracts)
    mapped = [c for c, h in headers.items() if _canonical(layout, h)]
    seen = identity.inspect(text, person_level=True, header_row=row, mapped=mapped)
    kinds = {c: tuple(s.kind for s in seen if s.cell == c) for c in headers}
    return _Table(text, row, headers, layout, kinds)


def _canonical(layout: Layout | None, header: str) -> str | None:
    if layout is None:
        return None
    return layout.column(header)[1] or None


def _best(headers: list[str], known: Sequence[Layout], contracts: Contracts) -> Layout | None:
    """The layout that reads most of what is not identifying; None below `RECOGNISED`."""
    best, likeness = best_layout(headers, known, contracts)
    return best if likeness >= RECOGNISED else None


def best_layout(
    headers: Sequence[str], known: Sequence[Layout], contracts: Contracts
) -> tuple[Layout, float]:
    """The layout that reads most of what is not identifying, and the share of it, 0..1.

    What `anonymise` makes (pseudonym, age, wijk) is not missing.
    """
    others = [h for h in headers if not _identifying(h)]

    def likeness(layout: Layout) -> float:
        made = {"leerling_id", "leeftijd", "wijkcode"}
        absent = layout.missing(headers, contracts.dataset(layout.dataset))
        missing = [h for h in absent if layout.columns[h] not in made]
        return sum(layout.knows(h) for h in others) / max(1, len(others) + len(missing))

    best = max(known, key=likeness)
    return best, likeness(best)


def _refuse_twice(headers: Iterable[str]) -> None:
    seen = [normal(h) for h in headers]
    twice = sorted({shown(h) for h in seen if seen.count(h) > 1})
    if twice:
        raise DeliveryRefused(
            "indeling.kolommen",
            f"Kolomnamen komen dubbel voor: {', '.join(twice)}. Geef elke kolom een eigen naam.",
        )


def _refuse_beyond(text: TextFrame, row: int, headed: list[str]) -> None:
    """A cell right of the last header means that the row's cells may have shifted."""
    beyond = [c for c in text.columns if int(c[1:]) > int(headed[-1][1:])]
    if not beyond:
        return
    filled = pl.any_horizontal(pl.col(beyond).fill_null("").str.contains(r"\S"))
    rows = text.frame.filter((pl.col("rij") > row) & filled)["rij"].to_list()
    if rows:
        raise DeliveryRefused(
            "bestand.kolommen",
            f"{_rows(rows)} heeft meer kolommen dan de kopregel: waarschijnlijk staat er een"
            " scheidingsteken in de tekst zonder aanhalingstekens. Exporteer opnieuw met"
            " aanhalingstekens rond tekst.",
        )


def _number_cell(table: _Table, wanted: str | None) -> str:
    """The column that says which pupil a row is about."""
    if wanted is not None:
        for cell, header in table.headers.items():
            if normal(header) == normal(wanted):
                return cell
        raise UsageError(f"Er is geen kolom {shown(wanted)} in de kopregel; controleer --number.")
    own = table.cell_of("leerling_id") or next(
        (c for c, h in table.headers.items() if normal(h) == "leerling_id"), None
    )
    if own and _all_pseudonyms(table.body[own]):
        return own
    mine = [c for c, h in table.headers.items() if not _of_somebody_else(h)]
    ranks: list[list[str]] = [
        [c for c in mine if kind in table.kinds[c] and _is_number_column(table, c, kind)]
        for kind in NATIONAL
    ]
    ranks += [[own] if own else [], [c for c in mine if _is_own_number(table.headers[c])]]
    for rank in ranks:
        if len(rank) > 1:
            named = ", ".join(shown(table.headers[c]) for c in rank)
            raise UsageError(
                f"Meer dan een kolom kan het nummer van de leerling zijn: {named}."
                " Kies er een met --number."
            )
        if rank:
            return rank[0]
    raise UsageError(
        "Geen kolom is te herkennen als nummer van de leerling (BSN, onderwijsnummer of eigen"
        " leerlingnummer). Noem de kolom met --number."
    )


def _of_somebody_else(header: str) -> bool:
    return bool(re.search(OF_SOMEBODY_ELSE, identity.words_of(header)))


def _is_number_column(table: _Table, cell: str, kind: str) -> bool:
    """By its name, or because its values are bare numbers and no text with numbers in it."""
    if kind in identity.kinds_of_header(table.headers[cell], person_level=True):
        return True
    values = table.body[cell].drop_nulls().unique().to_list()
    plain = [v for v in values if plain_number(v, national=True)]
    return len(plain) >= 0.9 * len(values)


def _all_pseudonyms(cells: pl.Series) -> bool:
    filled = cells.drop_nulls()
    return filled.len() > 0 and bool(filled.str.contains(PSEUDONYM).all())


# Column by column ------------------------------------------------------------------------------

_Treat = Callable[[str, str, _Result], None]


def _treatments(
    table: _Table,
    body: pl.DataFrame,
    number: str,
    key: bytes,
    contracts: Contracts,
    wishes: Wishes,
) -> dict[str, _Treat]:
    """For every column what is to be done with it."""

    def keep(cell: str, header: str, result: _Result) -> None:
        result.columns[header] = body[cell]
        result.cells[header] = cell
        result.treatments.append(Treatment(shown(header), "behouden"))

    def drop(cell: str, header: str, result: _Result) -> None:
        why = ", ".join(table.kinds[cell])
        if not why:
            why = "vrije tekst" if identity.is_free_text_header(header) else "nummer of pseudoniem"
        result.treatments.append(Treatment(shown(header), "weggelaten", why))

    def hide(cell: str, header: str, result: _Result) -> None:
        name = table.header_for("leerling_id") or "leerling_id"
        national = any(k in NATIONAL for k in table.kinds[cell])
        result.columns[name] = _pseudonyms(body, cell, key, national=national, notes=result.notes)
        if not national:
            result.notes.append(
                "Het pseudoniem is van een eigen nummer gemaakt: het sluit niet aan op leveringen"
                " van anderen over dezelfde leerling."
            )
        result.treatments.append(Treatment(shown(header), "pseudoniem gemaakt", f"kolom {name}"))

    treat: dict[str, _Treat] = {}
    pseudonyms_there = _all_pseudonyms(body[number])
    for cell, header in table.headers.items():
        other_number = _is_own_number(header) or table.canonical(cell) == "leerling_id"
        identifying = bool(table.kinds[cell]) or identity.is_free_text_header(header)
        treat[cell] = drop if identifying or other_number else keep
    treat[number] = keep if pseudonyms_there else hide
    born = _replaced(table, "geboortedatum", "leeftijd")
    if born and born != number:
        treat[born] = _age(table, body, contracts, wishes)
    home = _replaced(table, "postcode", "wijkcode")
    if wishes.wijken and home and home != number:
        treat[home] = _neighbourhood(table, body, wishes.wijken)
    return treat


def _number_rows(
    table: _Table,
    body: pl.DataFrame,
    number: str,
    key: bytes,
    contracts: Contracts,
    result: _Result,
) -> None:
    """A key for every row where the layout wants one and the file has none.

    Of the pupil and the start of what the row is about, so that it stays the same in every
    delivery; rows with the same key are left for the check to name.
    """
    layout = table.layout
    absent = normal(MADE_KEY) not in {normal(h) for h in table.headers.values()}
    if layout is None or MADE_KEY not in layout.columns or not absent:
        return
    start = table.cell_of(contracts.dataset(layout.dataset).period_column or "")
    begun = body[start].fill_null("") if start else pl.repeat("", body.height, eager=True)
    result.columns[MADE_KEY] = pl.Series(
        [
            None if who is None else pseudonym(f"{who}|{when.strip()}", key)[:MADE_KEY_DIGITS]
            for who, when in zip(_plain(body, number, table), begun, strict=True)
        ],
        dtype=pl.String,
    )
    reason = "van het leerlingnummer" + (f" en {shown(table.headers[start])}" if start else "")
    result.treatments.append(Treatment(MADE_KEY, "nummer gemaakt", reason))


def _plain(body: pl.DataFrame, number: str, table: _Table) -> list[str | None]:
    """Every row's number of the pupil; a pseudonym that was there already as it is."""
    national = any(kind in NATIONAL for kind in table.kinds[number])
    return [t and plain_number(t, national=national) for t in body[number].to_list()]


def _replaced(table: _Table, kind: str, canonical: str) -> str | None:
    """The pupil's column of this kind, where its replacement has a place and is not there yet."""
    name = table.header_for(canonical)
    if name is None or normal(name) in {normal(h) for h in table.headers.values()}:
        return None
    mine = [
        c for c, h in table.headers.items() if kind in table.kinds[c] and not _of_somebody_else(h)
    ]
    return mine[0] if mine else None


def _pseudonyms(
    body: pl.DataFrame, cell: str, key: bytes, *, national: bool, notes: list[str]
) -> pl.Series:
    texts = body[cell].drop_nulls().unique().to_list()
    numbers = {t: plain_number(t, national=national) for t in texts}
    made = {t: pseudonym(n, key) for t, n in numbers.items() if n is not None}
    hidden = body[cell].replace_strict(made, default=None, return_dtype=pl.String)
    _note(notes, body, hidden.is_null(), "geen geldig nummer van de leerling; leeg gelaten")
    return hidden


def _age(table: _Table, body: pl.DataFrame, contracts: Contracts, wishes: Wishes) -> _Treat:
    """Whole years at the row's own date, or at `reference_date` where it has none."""
    at = _age_cell(table, contracts)
    if at is None and wishes.reference_date is None:
        raise UsageError(
            "Het bestand heeft geen aanmeld- of startdatum waarop de leeftijd kan worden bepaald."
            " Geef een datum met --peildatum, als 2025-10-01."
        )

    def treat(cell: str, header: str, result: _Result) -> None:
        name = table.header_for("leeftijd") or "leeftijd"
        born = _dates(table, body, cell)
        then = _dates(table, body, at) if at else pl.Series([None] * body.height, dtype=pl.Date)
        then = then.fill_null(pl.lit(wishes.reference_date, pl.Date))
        years = ages(born, then)
        result.columns[name] = years.cast(pl.String)
        _note(result.notes, body, years.is_null(), "geen leeftijd te bepalen; leeg gelaten")
        when = f"op {shown(table.headers[at])}" if at else "op de peildatum"
        result.treatments.append(
            Treatment(shown(header), "leeftijd gemaakt", f"kolom {name}, {when}")
        )

    return treat


def _age_cell(table: _Table, contracts: Contracts) -> str | None:
    if table.layout:
        dataset = contracts.dataset(table.layout.dataset)
        days = {c.name for c in dataset.columns if c.kind == "datum"}
        wanted = [*AGE_AT, *({dataset.period_column or ""} & days)]
        return next((c for name in wanted if (c := table.cell_of(name))), None)
    return next(
        (
            cell
            for pattern in AGE_AT_HEADERS
            for cell, header in table.headers.items()
            if re.search(pattern, identity.words_of(header))
        ),
        None,
    )


def ages(born: pl.Series, then: pl.Series) -> pl.Series:
    """Whole years between two columns of dates; null where one is missing or comes too early."""
    frame = pl.DataFrame({"born": born, "then": then})
    day = {c: pl.col(c).dt.month().cast(pl.Int32) * 100 + pl.col(c).dt.day() for c in frame.columns}
    years = pl.col("then").dt.year() - pl.col("born").dt.year()
    years -= (day["then"] < day["born"]).cast(pl.Int32)
    return frame.select(pl.when(years >= 0).then(years).alias("leeftijd"))["leeftijd"]


def _dates(table: _Table, body: pl.DataFrame, cell: str) -> pl.Series:
    """Dates in any notation, and the day numbers that a spreadsheet shows without its format."""
    found = identity.as_dates(body[cell])
    days = body[cell].str.strip_chars().str.extract(r"^([2-5]\d{4})(?:\.0+)?$").cast(pl.Int32)
    kinds = table.text.kinds
    if kinds is not None and cell in kinds.columns:
        told = body.select("rij").join(kinds, on="rij", how="left", maintain_order="left")[cell]
        later = (told == SINCE_1904).fill_null(value=False).cast(pl.Int32)
        days += later * DAYS_TO_1904
    since_1970 = (days - 25569).cast(pl.Date)
    return found.zip_with(found.is_not_null(), since_1970)


def _neighbourhood(table: _Table, body: pl.DataFrame, listed: Path) -> _Treat:
    known = read_neighbourhoods(listed)

    def treat(cell: str, header: str, result: _Result) -> None:
        name = table.header_for("wijkcode") or "wijkcode"
        texts = body[cell].drop_nulls().unique().to_list()
        bare = {t: re.sub(r"\s", "", t).upper() for t in texts}
        found = {t: known.get(b[:6]) or known.get(b[:4]) for t, b in bare.items()}
        column = body[cell].replace_strict(found, default=None, return_dtype=pl.String)
        result.columns[name] = column
        _note(result.notes, body, column.is_null(), "geen wijk gevonden; leeg gelaten")
        result.treatments.append(Treatment(shown(header), "wijk gemaakt", f"kolom {name}"))

    return treat


def read_neighbourhoods(path: Path) -> dict[str, str]:
    """A CSV with the columns `postcode` (six or four characters) and `wijkcode` -> mapping."""
    wrong = UsageError(
        f"{path.name} is geen lijst van wijken: verwacht wordt een CSV-bestand met de kolommen"
        " postcode (1234 AB of 1234) en wijkcode (WK en zes cijfers)."
    )
    try:
        text = read.read(path)[0]
    except DeliveryRefused as refusal:
        raise UsageError(f"{path.name}: {refusal}") from refusal
    first, *_ = text.head(1)
    cells = {normal(h): f"c{i}" for i, h in enumerate(first[1]) if h}
    if not {"postcode", "wijkcode"} <= set(cells):
        raise wrong
    pairs = (
        text.frame.slice(1)
        .select(
            pl.col(cells["postcode"]).str.replace_all(r"\s", "").str.to_uppercase().alias("p"),
            pl.col(cells["wijkcode"]).str.strip_chars().alias("w"),
        )
        .drop_nulls()
    )
    right = pairs["p"].str.contains(r"^[1-9]\d{3}([A-Z]{2})?$") & pairs["w"].str.contains(WIJKCODE)
    if pairs.height == 0 or not right.all():
        raise wrong
    return dict(pairs.iter_rows())


# The result ------------------------------------------------------------------------------------


def _refuse_identifying(result: _Result, table: _Table) -> None:
    """Through the door, as a delivery would go."""
    names = list(result.columns)
    frame = pl.DataFrame(
        {
            f"c{i}": pl.concat([pl.Series([name], dtype=pl.String), result.columns[name]])
            for i, name in enumerate(names)
        }
    )
    mapped = [
        f"c{i}"
        for i, name in enumerate(names)
        if name in result.cells and table.canonical(result.cells[name])
    ]
    text = TextFrame(frame.with_row_index("rij", offset=1), "csv", "")
    seen = identity.inspect(text, person_level=True, header_row=1, mapped=mapped)
    if seen:
        named = "; ".join(dict.fromkeys(f"{s.kind} in kolom {s.column}" for s in seen))
        raise DeliveryRefused(
            "identiteit.herleidbaar",
            f"Er is niets geschreven, omdat het resultaat nog herleidbaar is: {named}."
            " Laat die kolom uit de export of geef haar een duidelijke naam.",
        )


def _write(result: _Result, target: Path) -> None:
    """Whole or not at all."""
    frame = pl.DataFrame([column.alias(name) for name, column in result.columns.items()])
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".zichtlijn-", suffix=".deel")
        half = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                frame.write_csv(file, separator=SEPARATOR)
            half.replace(target)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise UsageError(
            f"{target} kan niet worden geschreven ({type(problem).__name__}). Controleer of de map"
            " bestaat en of het bestand niet ergens open staat."
        ) from problem


def _refuse_same_file(target: Path, sources: Iterable[Path]) -> None:
    for source in sources:
        if target.resolve() == source.resolve():
            raise UsageError(
                f"{target} is ook een van de invoerbestanden en wordt niet overschreven."
                " Kies met --out een andere naam."
            )


def _notes_on(key_file: Path, table: _Table) -> list[str]:
    notes: list[str] = []
    if os.name == "posix" and key_file.stat().st_mode & 0o077:
        notes.append("Het sleutelbestand is leesbaar voor anderen op deze computer; scherm het af.")
    if table.header_row > 1:
        notes.append(f"Boven de kopregel (rij {table.header_row}) is alles weggelaten.")
    if table.messages:
        many = "en" if table.messages > 1 else ""
        notes.append(
            f"Samengevoegd uit {table.messages} iJw-bericht{many}: een rij per"
            " toewijzing. Wat er verder in staat (zoals naam, geboortedatum, adres en relaties)"
            " is weggelaten."
        )
    if len(table.headers) < len(table.text.columns):
        notes.append("Kolommen zonder naam in de kopregel zijn weggelaten.")
    if table.layout is None:
        notes.append("De kolommen horen bij geen bekende indeling; kolomnamen zijn niet vertaald.")
    return notes


def _note(notes: list[str], body: pl.DataFrame, where: pl.Series, what: str) -> None:
    rows = body.filter(where)["rij"].to_list()
    if rows:
        notes.append(f"{_rows(rows)}: {what}.")


def _rows(rows: Sequence[int]) -> str:
    more = f" en nog {len(rows) - ROWS_SHOWN} andere" if len(rows) > ROWS_SHOWN else ""
    return f"Rij {', '.join(str(r) for r in rows[:ROWS_SHOWN])}{more}"
