"""From a figure back to the rows it was made of: for an analyst, in the work room only."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pipelines import contracts as contract_files
from pipelines.delivery.intake import existing, prepare
from pipelines.effects.catalogue import EFFECTS
from pipelines.effects.data.summaries import kept_everyone
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Parameters
from pipelines.effects.outcomes import Hours, Net
from pipelines.effects.savings.trace import Trace, trace
from pipelines.errors import UsageError
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.coverage_notes import Areas, notes
from pipelines.metrics.covering import Covering
from pipelines.metrics.explain.area import find_area, near
from pipelines.metrics.explain.explanation import Explanation, explain
from pipelines.metrics.metric import Context
from pipelines.release import publish
from pipelines.release.figure import LACKING
from pipelines.warehouse import history, tables
from pipelines.warehouse.coverage import TABLE, coverage

WARNING = (
    "Dit is werk in de werkkamer: de aantallen zijn niet afgerond en niet afgeschermd, en elke rij"
    " is die van een kind of invuller. Deel dit niet en bewaar het niet buiten de werkmap."
)


# The promises that are told in euro: part of one balance.
MONEY = tuple(
    effect.id
    for effect in EFFECTS
    if any(isinstance(outcome, Hours | Net) for outcome in effect.outcomes)
)


def money(workdir: Path, year: str) -> tuple[Trace, dict[str, str]]:
    """Every euro of the balance of a school year, back to rows, tariffs and parameters.

    Raises `UsageError` where there is no balance, or none of that year.
    """
    promises = contract_files.load()
    asked = _year(year)
    with existing(workdir) as con:
        prepare(con, promises)
        asof = publish.last_day(publish.school_years(con, promises))
        found = {
            **tables.as_ibis(con, promises),
            TABLE: coverage(con, promises).as_ibis(),
        }
        delivered = frozenset(tables.filled(con, promises))
        parameters: Parameters = promises.parameters
        with kept_everyone(found, delivered) as kept:
            told = trace(Given(kept, delivered, parameters, asof), asked)
        if not told.steps:
            known = ", ".join(told.years)
            raise UsageError(
                told.reason or f"Over {asked} is er geen balans; wel over: {known or '-'}."
            )
        return told, {entry.delivery: entry.file for entry in history.entries(con)}


def why(
    workdir: Path, metric: str, year: str, *, school: str | None, municipality: str | None
) -> tuple[Explanation, dict[str, str]]:
    """The rows behind a figure, and the file of each delivery by its id.

    Counts as the release does: what is open on the last day of the newest school year is open, and
    what was not delivered is left out.
    Raises `UsageError` for a metric, year or area that is not known, naming what looks like it.
    """
    promises = contract_files.load()
    if metric not in METRICS:
        raise near("Onbekend cijfer", metric, [*METRICS, *MONEY])
    with existing(workdir) as con:
        prepare(con, promises)
        asof = publish.last_day(publish.school_years(con, promises))
        found = tables.as_ibis(con, promises)
        context = Context(asof, promises)
        covering = Covering(coverage(con, promises), context)
        told = explain(
            covering.restricted(METRICS[metric]),
            found,
            sorted(tables.filled(con, promises)),
            context,
            _year(year),
            find_area(found, school, municipality),
        )
        place = (told.year, told.area.level, told.area.code)
        areas = Areas.asked(covering)
        note = notes(METRICS[metric], covering, areas, [told.area.level], [told.year]).get(place)
        if note is not None:
            told = replace(told, left_out=f"{LACKING} {note.text}" if note.absent else note.text)
        return told, {entry.delivery: entry.file for entry in history.entries(con)}


def _year(year: str) -> str:
    """A school year written 2024-2025 as 2024/2025."""
    return re.sub(r"^(\d{4})-(\d{4})$", r"\1/\2", year.strip())
