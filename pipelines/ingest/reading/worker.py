"""The child process of `sandbox`: bytes on standard input, tables on standard output.

The answer is a length, a description in JSON and one Arrow stream per table; or a length and a
refusal in JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from io import BytesIO

from pipelines.ingest.reading.limits import CHILD_MEMORY, CHILD_SECONDS

LENGTH = 8
READERS = {"parquet": "columnar", "werkboek": "workbook", "spss": "spss"}


def confine() -> None:
    """Bound memory and processor time, and leave no core dump with somebody's data behind."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit of the parent holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CHILD_SECONDS, CHILD_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(kind: str, data: bytes, *, sample: bool) -> bytes:
    from pipelines.errors import DeliveryRefused

    reader = import_module(f"pipelines.ingest.reading.{READERS[kind]}")
    streams: list[bytes] = []
    try:
        described: dict[str, object] = {"tables": []}
        tables = []
        for name, frame in reader.tables(data, sample=sample):
            stream = BytesIO()
            frame.write_ipc_stream(stream)
            streams.append(stream.getvalue())
            tables.append((name, len(streams[-1])))
        described["tables"] = tables
    except DeliveryRefused as refusal:
        described, streams = {"rule": refusal.rule, "message": str(refusal)}, []
    head = json.dumps(described).encode()
    return b"".join([len(head).to_bytes(LENGTH, "big"), head, *streams])


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C ends it without a word: who asked, tells
    kind, extent = sys.argv[1:]
    confine()
    try:
        out = answer(kind, sys.stdin.buffer.read(), sample=extent == "deel")
    except MemoryError:
        os.abort()
    sys.stdout.buffer.write(out)


if __name__ == "__main__":
    main()
