"""File -> text frames: bytes to rows of text, before anybody knows what they mean.

Every cell stays text, since a reader that guesses types loses leading zeros and `<5`; what a file
itself tells of its cells (this is a number) goes along beside it. A text frame
has the columns `rij` (1-based, as a spreadsheet program numbers rows) and `c0` .. `cN`; an empty
cell is null. A file that cannot be read raises `DeliveryRefused` with one Dutch sentence, in which
no value of the file appears: what was found and where, what is allowed, what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading import contents, delimited, encoding, sandbox, streamed
from pipelines.ingest.reading.contents import Content
from pipelines.ingest.reading.delimited import sniff_delimiter
from pipelines.ingest.reading.frame import Origin, TextFrame, numbered, of_reader

__all__ = ["SUFFIXES", "Origin", "TextFrame", "read", "sniff_delimiter", "stream"]

SUFFIXES = frozenset(
    {".csv", ".txt", ".tsv", ".gz", ".zip"}
    | {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet", ".sav", ".zsav", ".xml"}
)


def stream(path: Path) -> list[TextFrame]:
    """All tables of a file; a large CSV file is a table that is read part by part."""
    large = streamed.table(path)
    return [large] if large else read(path)


def read(path: Path, *, sample: bool = False) -> list[TextFrame]:
    """All tables of a file: one for CSV, Parquet and SPSS, one per filled worksheet of a workbook,
    one per repeated element of a message, and those of every file in a zip.

    `sample`: only the first rows, enough to recognise layouts.
    """
    found: list[TextFrame] = []
    for place, content in enumerate(
        contents.contents(path, part=delimited.SAMPLE if sample else 0), start=1
    ):
        try:
            tables = list(_tables(content, sample=sample))
        except DeliveryRefused as refusal:
            if content.member:
                raise contents.within(refusal, place, content.member) from None
            raise
        digest = "" if sample else content.digest
        found += [replace(t, member=content.member, digest=digest) for t in tables]
    return found


def _tables(content: Content, *, sample: bool) -> Iterator[TextFrame]:
    match content.kind:
        case "csv":
            text = encoding.utf8(content.data, whole=content.whole)
            frame = delimited.sample(text) if sample else delimited.table(text)
            yield TextFrame(frame, "csv", "")
        case "bericht":
            from pipelines.ingest.reading import message  # here: of all kinds only this needs lxml

            for name, frame in message.tables(content.data):
                yield TextFrame(numbered(frame), "bericht", name)
        case "parquet" | "spss" as kind:
            for _, frame in sandbox.tables(kind, content.data, sample=sample):
                yield of_reader(frame, kind, "")
        case "werkboek":
            tables = sandbox.tables("werkboek", content.data, sample=sample)
            if not tables:
                raise DeliveryRefused("bestand.leeg", "Het werkboek bevat geen gevulde cellen.")
            for name, frame in tables:
                yield of_reader(frame, "werkblad", name)
