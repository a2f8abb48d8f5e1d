"""At the supplier's own desk: an export with identifying data -> the form that passes the door.

The pupil's number becomes a pseudonym, the birth date an age, the postcode a neighbourhood where a
list of them is given; names, addresses, contacts and notes are left out; every other column stays
as it is. The result goes through the same door as any delivery before it is written. The key and
the values are never shown; a message names columns and row numbers.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.ingest import identity
from pipelines.ingest.anonymise.key import read_key
from pipelines.ingest.anonymise.report import Report, Result, notes_on
from pipelines.ingest.anonymise.table import Table, Wishes, number_cell, understood
from pipelines.ingest.anonymise.treatments import number_rows, treatments_of
from pipelines.ingest.read import TextFrame

SEPARATOR = ";"


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
    table = understood(path, contracts, wishes)
    number = number_cell(table, wishes.number)
    result = Result(notes=notes_on(key_file, table))
    body = table.body
    treat = treatments_of(table, body, number, key, contracts, wishes)
    for cell, header in table.headers.items():
        treat[cell](cell, header, result)
    number_rows(table, body, number, key, contracts, result)
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


def _refuse_identifying(result: Result, table: Table) -> None:
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


def _write(result: Result, target: Path) -> None:
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
