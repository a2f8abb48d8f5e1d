"""Coverage-guided fuzzing of the readers and the layout matcher, with atheris.

    python tests/fuzz/guided.py [-max_total_time=SECONDS] [FOLDER]

The first byte chooses what the rest is taken for. Whatever it is, it is read or refused; anything
else is a fault, and atheris prints the bytes that caused it, which are made up.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipelines"]):
    from pipelines import contracts
    from pipelines.errors import DeliveryRefused
    from pipelines.ingest import care_messages, identity, layout_files, layouts, read, stage
    from pipelines.ingest.reading import encoding, message, streamed

import duckdb

# Workbooks and Parquet are taken apart in another process, which is not watched here.
SUFFIXES = (".csv", ".csv", ".csv", ".gz", ".zip", ".xml")
PROMISES = contracts.load()
LAYOUTS = layout_files.load()
FOLDER = Path(tempfile.mkdtemp())
CON = duckdb.connect()


def one(data: bytes) -> None:
    if not data:
        return
    kind, rest = data[0], data[1:]
    try:
        if kind < 32:
            encoding.utf8(rest)
        elif kind < 64:
            list(message.tables(rest))
        else:
            _whole_way(SUFFIXES[kind % len(SUFFIXES)], rest, in_parts=kind % 2 == 0)
    except DeliveryRefused as refused:
        if not str(refused):
            raise ValueError("a refusal says why") from refused


def _whole_way(suffix: str, rest: bytes, *, in_parts: bool) -> None:
    """As a delivery goes: read, recognised, past the door, staged."""
    file = FOLDER / f"proef{suffix}"
    file.write_bytes(rest)
    streamed.STREAMED_FROM = 1 if in_parts else 1 << 40
    for text in care_messages.taken_in(read.stream(file), LAYOUTS):
        match = layouts.match(text, LAYOUTS, PROMISES)
        dataset = PROMISES.dataset(match.layout.dataset)
        identity.inspect(text, person_level=True, header_row=match.header_row)
        for part in text.parts():
            stage.staged(CON, part, match, dataset, PROMISES)


def seeds(folder: Path) -> None:
    """Something to begin with: a small delivery of every dataset, and a message."""
    for number, dataset in enumerate(PROMISES.datasets.values()):
        header = ";".join(c.name for c in dataset.columns)
        row = ";".join("2024-09-02" if c.kind == "datum" else "1" for c in dataset.columns)
        text = f"{header}\n{row}\n".encode()
        (folder / f"{number}").write_bytes(bytes([66 + number % 2]) + text)
    (folder / "bericht").write_bytes(
        b'\x20<j:Bericht xmlns:j="http://www.istandaarden.nl/ijw/3_2/jw305/schema"><j:Header/>'
        b"<j:StartProduct><j:Begindatum>2024-09-01</j:Begindatum></j:StartProduct></j:Bericht>"
    )


def main() -> None:
    corpus = FOLDER / "voorbeelden"
    corpus.mkdir()
    seeds(corpus)
    atheris.Setup([*sys.argv, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
