"""CSV of any separator -> text frame.

Well-formed text goes through polars. Text whose quotes break the rules goes through the csv module,
which takes a quote inside a cell as a character; both read well-formed text the same way. Line
breaks inside cells come as a line feed. Rows keep the cells they have: who knows the header decides
which rows are too wide (`TextFrame.wider_than`).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading import separators
from pipelines.ingest.reading.frame import numbered
from pipelines.ingest.reading.limits import (
    KIB,
    MAX_CELL,
    MAX_LINE,
    MIB,
    check_cells,
    check_columns,
    number,
    size,
    too_large,
)

SAMPLE = 256 * KIB  # bytes from which separator and width are told
SAMPLE_ROWS = 60
DELIMITERS = (";", ",", "\t", "|", "^", "~", "\x1f")  # in order of preference
PIECE = 16 * MIB
PIECE_ROWS = 20_000
TAIL = 64 * KIB

_BOM = b"\xef\xbb\xbf"
_EXCEL_DELIMITER = re.compile(r'\A\ufeff?"?sep=([^\w\s"]|\t)"?\r?\n', re.IGNORECASE)
_CLOSING = re.compile(
    r"\W*((sub|eind)?(totaal|totalen)|(grand |sub)?total|som|aantal|gemiddelde?|bron|source|noot"
    r"|toelichting|einde|gegenereerd|aangemaakt|afgedrukt|print|datum|peildatum|rapport)",
    re.IGNORECASE,
)
_DOS_END = b"\x1a"
_BY_SPACES = re.compile(r'"[^"\n;,\t|]*"( "[^"\n;,\t|]*")+\r?\n')
_NEVER = "\x1e"  # separates no cells: the whole record is one
_END = "\0"  # a record no file has, since NUL bytes are refused before
_RULES = "Exporteer opnieuw en laat het programma tekst zelf tussen aanhalingstekens zetten."


def sample(text: bytes) -> pl.DataFrame:
    """The first rows only, enough to recognise a layout; `text` may stop anywhere."""
    text = mended(text)
    first = start(text)
    return numbered(_columns(list(_rows(first, sniff_delimiter(first), SAMPLE_ROWS))))


def table(text: bytes) -> pl.DataFrame:
    """All rows of a whole file's text (UTF-8), numbered from 1."""
    _refuse_one_line(text)
    if text.count(b"\r") > text.count(b"\r\n"):
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = mended(text)
    first = start(text)
    delimiter = sniff_delimiter(first)
    rows = check_lines(text)
    wide = width(first, delimiter)
    check_cells(rows, wide)
    refuse_cut_off(text, delimiter)
    frame = _quickly(text, delimiter, wide)
    if frame is None:
        frame = _leniently(text, delimiter)
    if all(frame[name].null_count() == frame.height for name in frame.columns):
        raise DeliveryRefused("bestand.leeg", "Het bestand bevat alleen lege regels.")
    return numbered(frame)


def part(text: bytes, delimiter: str, columns: int, before: int) -> pl.DataFrame:
    """Whole records from inside a file, numbered on from `before`; the text is well quoted.

    Rows are `columns` wide. A row with a filled cell beyond that is refused.
    """
    frame = _quickly(text, delimiter, columns, before)
    if frame is None:
        frame = _leniently(text, delimiter, before)
        beyond = [pl.col(c).is_not_null() for c in frame.columns[columns:]]
        wider = frame.select(pl.any_horizontal(*beyond, False).arg_true()).to_series()
        if wider.len():
            raise DeliveryRefused(
                "bestand.kolommen",
                f"Rij {number(before + wider.item(0) + 1)} heeft meer kolommen dan het begin van"
                " het bestand: waarschijnlijk staat er een scheidingsteken in de tekst zonder"
                " aanhalingstekens. Exporteer opnieuw met aanhalingstekens rond tekst.",
            )
        nothing = pl.lit(None, dtype=pl.String)
        names = [f"c{i}" for i in range(columns)]
        frame = frame.select(
            pl.col(name) if name in frame.columns else nothing.alias(name) for name in names
        )
    return numbered(frame, before)


def mended(text: bytes) -> bytes:
    """The same table without what some systems put around it: the sign with which DOS ends a file,
    and quotes around whole rows. Refuses a table that R separated by spaces.
    """
    bare = text.rstrip(b"\r\n")
    if bare.endswith(_DOS_END):
        text = bare.rstrip(_DOS_END)
    first = start(text)
    separators.refuse_two(first.splitlines())
    if not first.startswith('"'):
        return text
    if _BY_SPACES.match(first):
        raise DeliveryRefused(
            "bestand.scheidingsteken",
            "De kolommen zijn met spaties gescheiden, zoals R's write.table doet. Schrijf het"
            " bestand met write.csv2(..., row.names = FALSE), of met een puntkomma als"
            " scheidingsteken.",
        )
    return _unwrapped(text) or text


def _unwrapped(text: bytes) -> bytes | None:
    """The rows out of their quotes, in which a quote was doubled; None where not every row is one
    pair of quotes with the same separators in it as the first."""
    stream = io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", newline="")
    rows: list[str] = []
    signs: dict[str, int] = {}
    try:
        for row in csv.reader(stream, delimiter=_NEVER, strict=True):
            line = row[0] if row else ""
            if not rows:
                signs = {d: line.count(d) for d in DELIMITERS if d in line}
            elif line:
                signs = {d: n for d, n in signs.items() if line.count(d) >= n}
            if not signs or "\n" in line:
                return None
            rows.append(f"{line}\n")
    except csv.Error:
        return None
    return "".join(rows).encode()


def sniff_delimiter(start: str) -> str:
    """The separator that cuts the most lines into the same number (> 1) of cells.

    A first line `sep=;`, which Excel writes and reads, decides by itself.
    """
    told = _EXCEL_DELIMITER.match(start)
    if told and told.group(1).isascii():
        return told.group(1)

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _rows(start, delimiter, SAMPLE_ROWS) if row)
        widest, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (lines / max(1, sum(widths.values())) if widest > 1 else 0.0, widest)

    return max((d for d in DELIMITERS if d in start), key=score, default=DELIMITERS[0])


def width(first: str, delimiter: str) -> int:
    """Cells in the widest of the first rows."""
    widest = max((len(row) for row in _rows(first, delimiter, SAMPLE_ROWS)), default=1)
    check_columns(widest)
    return widest


def start(text: bytes) -> str:
    """The first part as text; a blank one is refused when it is all there is."""
    if re.compile(rb"\S").search(text, len(_BOM) if text.startswith(_BOM) else 0) is None:
        raise DeliveryRefused("bestand.leeg", "Het bestand bevat alleen lege regels.")
    return text[:SAMPLE].decode("utf-8-sig", errors="ignore")


def _rows(text: str, delimiter: str, count: int) -> Iterator[list[str]]:
    """The first records, for as far as they can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from islice(reader, count)
    except csv.Error:  # one enormous cell: the checks of the whole text name it
        return


# Limits ----------------------------------------------------------------------------------------


def _refuse_one_line(text: bytes) -> None:
    if len(text) > MAX_LINE and not re.compile(rb"[\r\n]").search(text, 0, MAX_LINE):
        raise _long_line(1, f"meer dan {size(MAX_LINE)}")


def check_lines(text: bytes, above: int = 0) -> int:
    """The number of lines, below `above` others; refuses a line longer than `MAX_LINE`."""
    at = 0
    while len(text) - at > MAX_LINE:
        end = text.rfind(b"\n", at, at + MAX_LINE + 1)
        if end < 0:
            end = text.find(b"\n", at)
            length = (end if end >= 0 else len(text)) - at
            raise _long_line(above + text.count(b"\n", 0, at) + 1, size(length))
        at = end + 1
    return text.count(b"\n") + (not text.endswith(b"\n"))


def _long_line(line: int, length: str) -> DeliveryRefused:
    return too_large(
        f"Regel {number(line)} is {length} lang",
        f"ten hoogste {size(MAX_LINE)}",
        "Controleer of de export regeleinden heeft en geen losse bijlagen bevat.",
    )


def _long_cell(row: int) -> DeliveryRefused:
    return too_large(
        f"Een cel vanaf rij {number(row)} heeft meer dan {number(MAX_CELL)} tekens",
        f"ten hoogste {number(MAX_CELL)} tekens",
        f"Waarschijnlijk ontbreekt een aanhalingsteken. {_RULES}",
    )


def refuse_cut_off(text: bytes, delimiter: str) -> None:
    """Refuse a file whose last line stops in the middle.

    That is: no line end after it, fewer cells than any row of the table has in the first and the
    last part of the file, and it does not look like the line of totals or source that closes a
    report (or stands apart below a blank line).
    """
    if text.endswith(b"\n"):
        return
    whole = len(text) <= TAIL
    tail = text[-TAIL:].decode("utf-8-sig", errors="ignore")
    tail = tail if whole else tail.partition("\n")[2]
    lines = tail.rsplit("\n", 2)
    if len(lines) < 2 or not lines[-2].strip() or tail.count('"') % 2:
        return
    *above, last = _rows(tail, delimiter, TAIL)
    if _CLOSING.match(next((cell for cell in last if cell.strip()), "")):
        return
    top = above if whole else list(_rows(start(text), delimiter, SAMPLE_ROWS))
    widths = [len(row) for row in top if row]
    table_from = widths.index(max(widths)) if widths else 0  # below titles
    usual = min([*widths[table_from:], *(len(r) for r in above if r and not whole)], default=0)
    if len(last) < usual:
        raise DeliveryRefused(
            "bestand.afgebroken",
            f"De laatste regel heeft {len(last)} van de {usual} kolommen en geen regeleinde: het"
            " bestand is niet volledig overgekomen. Maak of verstuur de export opnieuw; is het wel"
            " volledig, zet dan een regeleinde achter de laatste regel.",
        )


# Fast ------------------------------------------------------------------------------------------


def _quickly(text: bytes, delimiter: str, width: int, before: int = 0) -> pl.DataFrame | None:
    """Through polars; None where only the csv module reads the text as it was meant."""
    quoted = text.find(b'"') >= 0
    if quoted and not well_quoted(text, delimiter):
        return None
    names = [f"c{i}" for i in range(width + 1)]  # one more than the sample has, to see wider rows
    try:
        frame = pl.read_csv(
            text,
            separator=delimiter,
            quote_char='"' if quoted else None,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            infer_schema=False,
            missing_columns="insert",
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    if frame[names[-1]].null_count() < frame.height:
        return None
    frame = frame.drop(names[-1])
    return _plain_cells(frame, text, before) if quoted else frame


def well_quoted(text: bytes, delimiter: str) -> bool:
    """Whether every quote opens a cell, closes it, or is doubled inside it (RFC 4180).

    Taken in turn, a quote that opens follows a separator, a line end or the quote that it doubles;
    one that closes is followed by one of these.
    """
    import numpy as np  # here: most files have no quotes

    array = np.frombuffer(text, np.uint8)
    first, last = (len(_BOM) if text.startswith(_BOM) else 0), array.size - 1
    beside = np.zeros(256, dtype=bool)
    beside[[ord(delimiter), ord("\n"), ord('"')]] = True
    after = beside.copy()
    after[ord("\r")] = True
    seen = 0
    for start in range(0, array.size, PIECE):
        at = np.flatnonzero(array[start : start + PIECE] == ord('"')) + start
        opening, closing = at[seen % 2 :: 2], at[1 - seen % 2 :: 2]
        seen += at.size
        opens = beside[array[np.maximum(opening - 1, 0)]] | (opening == first)
        closes = after[array[np.minimum(closing + 1, last)]] | (closing == last)
        if not (opens.all() and closes.all()):
            return False
    return seen % 2 == 0


def _plain_cells(frame: pl.DataFrame, text: bytes, before: int) -> pl.DataFrame:
    """Quoted cells as the csv module gives them: null when empty, line feeds inside."""
    longest = frame.select(pl.all().str.len_bytes().max()).row(0)
    for name, length in zip(frame.columns, longest, strict=True):
        if length is not None and length > MAX_CELL:
            long = (frame[name].str.len_chars() > MAX_CELL).fill_null(value=False)
            if long.any():
                raise _long_cell(before + (long.arg_max() or 0) + 1)
    cells = pl.all()
    lines = text.count(b"\n") + (not text.endswith(b"\n"))
    if lines > frame.height and b"\r" in text:
        cells = cells.str.replace_all("\r\n", "\n", literal=True)
    return frame.select(pl.when(cells != "").then(cells)) if b'""' in text else frame.select(cells)


# Lenient ---------------------------------------------------------------------------------------


def _leniently(text: bytes, delimiter: str, before: int = 0) -> pl.DataFrame:
    """Through the csv module, in pieces: rows of any width, quotes inside cells.

    Refuses a quote that is opened and never closed, and one that swallows line ends before text
    goes on behind it: rows would be lost without a trace.
    """
    taken: list[str] = []

    def lines() -> Iterator[str]:
        stream = io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", newline="")
        for line in chain(stream, [_END]):
            taken.append(line)
            yield line

    pieces: list[pl.DataFrame] = []
    rows: list[list[str]] = []
    done = width = 0
    reader = csv.reader(lines(), delimiter=delimiter)
    while True:
        row = before + done + len(rows) + 1
        taken.clear()
        try:
            cells = next(reader)
        except csv.Error:
            raise _long_cell(row) from None
        if taken[-1] == _END:
            if len(taken) > 1:
                raise _bad_quotes(row, "wordt een aanhalingsteken geopend en niet meer gesloten")
            break
        if len(taken) > 1 and not _strict(taken, delimiter):
            raise _bad_quotes(row, "kloppen de aanhalingstekens niet")
        if max(map(len, cells), default=0) > MAX_CELL:
            raise _long_cell(row)
        if len(cells) > width:
            width = len(cells)
            check_columns(width, f"Rij {number(row)}")
        rows.append(cells)
        if len(rows) == PIECE_ROWS:
            done += len(rows)
            check_cells(done, width)
            pieces.append(_columns(rows))
            rows.clear()
    if rows:
        pieces.append(_columns(rows))
    return pl.concat(pieces, how="diagonal").select(f"c{i}" for i in range(max(1, width)))


def _strict(lines: Sequence[str], delimiter: str) -> bool:
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _bad_quotes(row: int, what: str) -> DeliveryRefused:
    return DeliveryRefused(
        "bestand.aanhalingstekens",
        f"In rij {number(row)} {what}, waardoor regels in elkaar lopen. {_RULES}",
    )


def _columns(rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    columns = list(zip_longest(*rows)) or [(None,) * len(rows)]
    cells = {
        f"c{i}": [_line_feeds(c) if c else None for c in column] for i, column in enumerate(columns)
    }
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))


def _line_feeds(cell: str) -> str:
    return cell.replace("\r\n", "\n") if "\r" in cell else cell
