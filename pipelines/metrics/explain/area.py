"""What an explanation is about: everything, a municipality or a school, by code or name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir
import polars as pl

from pipelines import suggest
from pipelines.errors import UsageError
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.metric import (
    Tables,
)

AreaLevel = Literal["totaal", "gemeente", "vestiging"]


@dataclass(frozen=True)
class Area:
    """What is looked at: everything, a municipality or a school."""

    level: AreaLevel
    code: str = ""
    name: str = ""


def near(what: str, name: str, known: Sequence[str]) -> UsageError:
    """An unknown name, with the names that look like it; `what`: such as 'Onbekend cijfer'."""
    return UsageError(f"{what}: {name}. {suggest.hint(name, known)}")


def find_area(tables: Tables, school: str | None, municipality: str | None) -> Area:
    """A school or municipality by its code or its name; everything where neither is given."""
    if school and municipality:
        raise UsageError("Kies een school of een gemeente, niet allebei.")
    if school:
        listed = fetched(tables["scholen"].select(code="vestigingscode", naam="naam").distinct())
        return _by_name("vestiging", "school", school, listed)
    if municipality:
        areas = tables["gebieden"]
        listed = fetched(areas.select(code="gemeente", naam="gemeentenaam").distinct())
        return _by_name("gemeente", "gemeente", municipality, listed)
    return Area("totaal")


def _by_name(level: AreaLevel, what: str, wanted: str, listed: pl.DataFrame) -> Area:
    pairs = [(str(code), str(name or "")) for code, name in listed.sort("code").iter_rows()]
    same = wanted.strip().casefold()
    found = {code: name for code, name in pairs if same in (code.casefold(), name.casefold())}
    if len(found) == 1:
        ((code, name),) = found.items()
        return Area(level, code, name)
    if found:
        raise UsageError(f"Meer dan één {what} heet {wanted}; noem de code: {', '.join(found)}.")
    raise near(f"Onbekende {what}", wanted, [text for pair in pairs for text in pair if text])


def in_area(table: ir.Table, area: Area) -> ir.Table:
    return table if area.level == "totaal" else table.filter(table[area.level] == area.code)
