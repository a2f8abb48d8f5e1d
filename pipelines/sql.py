"""SQL of the engine: names, texts and types as they are written in a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.contracts import Kind

SQL_TYPE: Mapping[Kind, str] = {
    "tekst": "VARCHAR",
    "geheel": "BIGINT",
    "getal": "DOUBLE",
    "datum": "DATE",
    "ja_nee": "BOOLEAN",
    "lijst": "VARCHAR[]",
}


def literals(values: Iterable[str]) -> str:
    return ", ".join(literal(v) for v in values)


def literal(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
