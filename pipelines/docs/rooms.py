"""The picture of the rooms in DEVELOPERS.md: which room of `pipelines` imports which.

A room is a folder or a module directly in `pipelines`; the dashboard is one room. An arrow that
follows from two others is left out, so that the picture shows the way and not every step of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

from pipelines.errors import ContractError

START, END = "<!-- rooms: made by `make docs` -->", "<!-- end of rooms -->"
EVERYWHERE = frozenset(
    {"errors", "settings", "documents", "suggest", "schoolyear", "concerns", "nearest"}
)
"""Small modules without imports of their own, which any room may use."""
_BESIDE = frozenset({"demo", "docs", "start"})
"""Beside the way of a delivery: made-up data, writers of pages, and the first line that runs."""


def page(text: str, root: Path) -> str:
    """`text` of DEVELOPERS.md with the picture between its marks renewed."""
    if text.count(START) != 1 or text.count(END) != 1:
        raise ContractError(f"DEVELOPERS.md: '{START}' en '{END}' horen er elk één keer in.")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    arrows = sorted(reduced(imports(root)))
    drawn = "\n".join(f"    {room} --> {other}" for room, other in arrows)
    return f"{before}{START}\n\n```mermaid\nflowchart TD\n{drawn}\n```\n\n{END}{after}"


def imports(root: Path) -> dict[str, set[str]]:
    """Room -> the rooms it imports, of the files below `root`."""
    found: dict[str, set[str]] = {}
    for folder in ("pipelines", "dashboard"):
        for file in sorted((root / folder).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            room = _room(parts)
            if room:
                found.setdefault(room, set()).update(o for o in _imported(file) if o != room)
    return found


def reduced(known: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """(room, other): what a room imports and none of the other rooms it imports leads to.

    Raises graphlib.CycleError where rooms import each other in a circle.
    """
    reach: dict[str, set[str]] = {}
    for room in TopologicalSorter(known).static_order():
        others = known.get(room, set())
        further = set().union(*(reach[o] for o in others))
        reach[room] = others | further
        yield from ((room, other) for other in others - further)


def _room(parts: tuple[str, ...]) -> str:
    if parts[0] == "dashboard":
        return "dashboard"
    name = parts[1] if len(parts) > 1 else ""
    return "" if name in EVERYWHERE | _BESIDE | {"__init__", ""} else name


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        parts = tuple(node.module.split("."))
        names = [parts] if len(parts) > 1 else [(*parts, a.name) for a in node.names]
        if parts[0] == "pipelines":
            yield from filter(None, map(_room, names))
