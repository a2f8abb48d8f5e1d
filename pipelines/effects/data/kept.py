"""What effects work out of the tables more than once, worked out once per run and then kept.

Turning an expression into a query takes most of the time of a small register, so what several
measures share is asked for once: tables stay with the engine, summaries here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TypeVar, cast

import ibis.expr.types as ir

Made = TypeVar("Made")


class Kept(dict[str, ir.Table]):
    """The tables of one run, with what was worked out of them."""

    def __init__(self, tables: Mapping[str, ir.Table], until_the_end: ExitStack) -> None:
        super().__init__(tables)
        self.made: dict[Hashable, object] = {}
        self.until_the_end = until_the_end


@contextmanager
def keeping(tables: Mapping[str, ir.Table]) -> Iterator[Kept]:
    """The tables, of which results are kept until the end."""
    with ExitStack() as until_the_end:
        yield Kept(tables, until_the_end)


def once(tables: Mapping[str, ir.Table], key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives, made once per run; every time anew where nothing is kept."""
    if not isinstance(tables, Kept):
        return make()
    if key not in tables.made:
        tables.made[key] = make()
    return cast("Made", tables.made[key])


def table_once(
    tables: Mapping[str, ir.Table], key: Hashable, make: Callable[[], ir.Table]
) -> ir.Table:
    """The same for a table, which the engine then holds with its rows worked out."""
    if not isinstance(tables, Kept):
        return make()
    kept = tables
    return once(kept, key, lambda: kept.until_the_end.enter_context(make().cache()))
