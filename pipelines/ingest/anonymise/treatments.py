"""What is done with each column: kept, left out, or made into something that tells no person."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.ingest import doubts, identity, read
from pipelines.ingest.anonymise.key import plain_number, pseudonym
from pipelines.ingest.anonymise.report import Result, Treatment, note_rows
from pipelines.ingest.anonymise.table import (
    NATIONAL,
    Table,
    Wishes,
    all_pseudonyms,
    is_of_somebody_else,
    is_own_number,
)
from pipelines.ingest.headings import normal
from pipelines.ingest.layouts import shown
from pipelines.ingest.notation import DAYS_TO_1904, SINCE_1904

# The dates at which an age may be taken, the one that counts first.
AGE_AT = ("aanmeld_datum", "start_datum", "datum")
AGE_AT_HEADERS = (
    r"\b(aan ?meld ?datum|datum (van )?aanmelding)\b",
    r"\b((start|begin|ingangs) ?datum|datum (van )?(start|begin|ingang))\b",
)
BORN_WITHIN, BEGUN_WITHIN = 35, 11  # years before today, of rows about pupils that are still kept
WIJKCODE = r"^WK\d{6}$"
# What a layout calls the key of its rows where the supplier's system gives them none.
MADE_KEY, MADE_KEY_DIGITS = "ZICHTLIJN_NUMMER", 24
_Treat = Callable[[str, str, Result], None]


def treatments_of(
    table: Table,
    body: pl.DataFrame,
    number: str,
    key: bytes,
    contracts: Contracts,
    wishes: Wishes,
) -> dict[str, _Treat]:
    """For every column what is to be done with it."""

    def keep(cell: str, header: str, result: Result) -> None:
        result.columns[header] = body[cell]
        result.cells[header] = cell
        result.treatments.append(Treatment(shown(header), "behouden"))

    def drop(cell: str, header: str, result: Result) -> None:
        why = ", ".join(table.kinds[cell])
        if not why:
            why = "vrije tekst" if identity.is_free_text_header(header) else "nummer of pseudoniem"
        result.treatments.append(Treatment(shown(header), "weggelaten", why))

    def hide(cell: str, header: str, result: Result) -> None:
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
    pseudonyms_there = all_pseudonyms(body[number])
    for cell, header in table.headers.items():
        other_number = is_own_number(header) or table.canonical(cell) == "leerling_id"
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


def number_rows(
    table: Table,
    body: pl.DataFrame,
    number: str,
    key: bytes,
    contracts: Contracts,
    result: Result,
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


def _plain(body: pl.DataFrame, number: str, table: Table) -> list[str | None]:
    """Every row's number of the pupil; a pseudonym that was there already as it is."""
    national = any(kind in NATIONAL for kind in table.kinds[number])
    return [t and plain_number(t, national=national) for t in body[number].to_list()]


def _replaced(table: Table, kind: str, canonical: str) -> str | None:
    """The pupil's column of this kind, where its replacement has a place and is not there yet."""
    name = table.header_for(canonical)
    if name is None or normal(name) in {normal(h) for h in table.headers.values()}:
        return None
    mine = [
        c for c, h in table.headers.items() if kind in table.kinds[c] and not is_of_somebody_else(h)
    ]
    return mine[0] if mine else None


def _pseudonyms(
    body: pl.DataFrame, cell: str, key: bytes, *, national: bool, notes: list[str]
) -> pl.Series:
    texts = body[cell].drop_nulls().unique().to_list()
    numbers = {t: plain_number(t, national=national) for t in texts}
    made = {t: pseudonym(n, key) for t, n in numbers.items() if n is not None}
    hidden = body[cell].replace_strict(made, default=None, return_dtype=pl.String)
    note_rows(notes, body, hidden.is_null(), "geen geldig nummer van de leerling; leeg gelaten")
    return hidden


def _age(table: Table, body: pl.DataFrame, contracts: Contracts, wishes: Wishes) -> _Treat:
    """Whole years at the row's own date, or at `reference_date` where it has none."""
    at = _age_cell(table, contracts)
    if at is None and wishes.reference_date is None:
        raise UsageError(
            "Het bestand heeft geen aanmeld- of startdatum waarop de leeftijd kan worden bepaald."
            " Geef een datum met --peildatum, als 2025-10-01."
        )

    def treat(cell: str, header: str, result: Result) -> None:
        name = table.header_for("leeftijd") or "leeftijd"
        _refuse_unsure_dates(table, body, cell, at)
        born = _dates(table, body, cell)
        then = _dates(table, body, at) if at else pl.Series([None] * body.height, dtype=pl.Date)
        then = then.fill_null(pl.lit(wishes.reference_date, pl.Date))
        years = ages(born, then)
        result.columns[name] = years.cast(pl.String)
        note_rows(result.notes, body, years.is_null(), "geen leeftijd te bepalen; leeg gelaten")
        when = f"op {shown(table.headers[at])}" if at else "op de peildatum"
        result.treatments.append(
            Treatment(shown(header), "leeftijd gemaakt", f"kolom {name}, {when}")
        )

    return treat


def _refuse_unsure_dates(table: Table, body: pl.DataFrame, born: str, at: str | None) -> None:
    """An age from a date of which nobody can tell what is its day is somebody else's age."""
    today = dt.datetime.now().astimezone().date()
    soon = today + dt.timedelta(days=366)
    ranges = {born: (BORN_WITHIN, today), **({at: (BEGUN_WITHIN, soon)} if at else {})}
    cells = {cell: body.select("rij", t=cell) for cell in ranges}
    doubts.refuse_months({shown(table.headers[c]): rows for c, rows in cells.items()}, "gemaakt")
    years = {
        shown(table.headers[cell]): doubts.year_or_day(
            cells[cell], dt.date(today.year - years, 1, 1), last
        )
        for cell, (years, last) in ranges.items()
    }
    doubts.refuse_unsure_years(years, "gemaakt")


def _age_cell(table: Table, contracts: Contracts) -> str | None:
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


def _dates(table: Table, body: pl.DataFrame, cell: str) -> pl.Series:
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


def _neighbourhood(table: Table, body: pl.DataFrame, listed: Path) -> _Treat:
    known = read_neighbourhoods(listed)

    def treat(cell: str, header: str, result: Result) -> None:
        name = table.header_for("wijkcode") or "wijkcode"
        texts = body[cell].drop_nulls().unique().to_list()
        bare = {t: re.sub(r"\s", "", t).upper() for t in texts}
        found = {t: known.get(b[:6]) or known.get(b[:4]) for t, b in bare.items()}
        column = body[cell].replace_strict(found, default=None, return_dtype=pl.String)
        result.columns[name] = column
        note_rows(result.notes, body, column.is_null(), "geen wijk gevonden; leeg gelaten")
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
