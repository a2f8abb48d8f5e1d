"""Run a notebook from top to bottom and print what its cells show, as JSON.

    python -m tests.notebook PATH

A process of its own: a kernel comes with threads and loops that outlive a test. Exit code 1 with
the failing cell on standard error.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets import Unicode


def main(path: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:

        class OverSockets(AsyncKernelManager):
            """Talks over sockets in a folder, so that nobody else here can listen along."""

            transport = Unicode("ipc")
            ip = Unicode(f"{folder}/kernel")

        book = nbformat.read(path, as_version=4)
        client = NotebookClient(
            book,
            timeout=300,
            kernel_name="python3",
            kernel_manager_class=OverSockets,
            resources={"metadata": {"path": str(path.parent)}},
        )
        try:
            client.execute()
        except CellExecutionError as problem:
            sys.stderr.write(str(problem))
            return 1
    outputs = [cell.get("outputs", []) for cell in book.cells]
    sys.stdout.write(json.dumps(outputs, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
