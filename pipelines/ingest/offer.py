"""A table of polars as the engine reads it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class _Stream:
    frame: pl.DataFrame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


def offered(frame: pl.DataFrame) -> object:
    """What to register for a table: of pyarrow, or an Arrow stream where there is none.

    A command that only checks goes without pyarrow (`pipelines.start`). Where it is there DuckDB
    reads a stream by it as well, with a warning of its own about every column.
    """
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        return _Stream(frame)
    return frame.to_arrow()
