"""The child process of `sandbox`: bytes on standard input, tables on standard output. It reads one
file and ends, or waits for files and reads each in a copy of itself (`wacht`).

The answer is a length, a description in JSON and one Arrow stream per table; or a length and a
refusal in JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from importlib import import_module
from io import BytesIO
from typing import NoReturn

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
    if sys.argv[1:] == ["wacht"]:
        wait()
        return
    kind, extent = sys.argv[1:]
    confine()
    try:
        out = answer(kind, sys.stdin.buffer.read(), sample=extent == "deel")
    except MemoryError:
        os.abort()
    sys.stdout.buffer.write(out)


def wait() -> None:
    """Answer one question after another, each in a copy of this process that then ends.

    A question is a length, `[kind, extent, length]` in JSON, and the bytes of the file. The answer
    is a length, `{code, length}` in JSON, and what the copy said. Nothing is read before a copy is
    made: no copy has anything of an earlier file, and no thread works yet whose locks it would
    miss (what there is waits: of the allocator, which sees to copies, and of Polars' spilling).
    """
    warnings.simplefilter("ignore", DeprecationWarning)  # of a copy beside threads, see above
    for name in READERS.values():
        import_module(f"pipelines.ingest.reading.{name}")
    while head := _exactly(int.from_bytes(_exactly(LENGTH), "big")):
        kind, extent, length = json.loads(head)
        given = memoryview(_exactly(length))
        code, said = _in_a_copy(kind, extent, given)
        told = json.dumps({"code": code, "length": len(said)}).encode()
        for part in (len(told).to_bytes(LENGTH, "big"), told, said):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()


def _exactly(length: int) -> bytes:
    """So many bytes of standard input; none of them when it ends."""
    found = sys.stdin.buffer.read(length)
    return found if len(found) == length else b""


def _in_a_copy(kind: str, extent: str, given: memoryview) -> tuple[int, bytes]:
    """Exit code (below zero: the signal that ended it) and answer."""
    here, there = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(here)
        _as_copy(kind, extent, given, there)
    os.close(there)
    with os.fdopen(here, "rb") as answers:
        said = answers.read()
    _, status = os.waitpid(copy, 0)
    code = os.waitstatus_to_exitcode(status)
    return code, said if code == 0 else b""


def _as_copy(kind: str, extent: str, given: memoryview, there: int) -> NoReturn:
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for place in (0, 1):  # what leads to who asked is not for a reader of files
            os.dup2(nothing, place)
        confine()
        out = answer(kind, bytes(given), sample=extent == "deel")
        with os.fdopen(there, "wb") as answers:
            answers.write(out)
        os._exit(0)
    except MemoryError:
        os.abort()
    finally:
        os._exit(1)  # without a word, and without ending what the first process holds


if __name__ == "__main__":
    main()
