"""From a figure back to the rows it was made of: for an analyst, in the work room only."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pipelines import contracts as contract_files
from pipelines.intake import existing, prepare
from pipelines.metrics import explain
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.coverage_notes import Areas, notes
from pipelines.metrics.covering import Covering
from pipelines.metrics.explain import Explanation
from pipelines.metrics.metric import Context
from pipelines.release import publish
from pipelines.release.figures import LACKING
from pipelines.warehouse import history, tables
from pipelines.warehouse.coverage import coverage

WARNING = (
    "Dit is werk in de werkkamer: de aantallen zijn niet afgerond en niet afgeschermd, en elke rij"
    " is die van een kind of invuller. Deel dit niet en bewaar het niet buiten de werkmap."
)


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
        raise explain.near("Onbekend cijfer", metric, list(METRICS))
    with existing(workdir) as con:
        prepare(con, promises)
        asof = publish.last_day(publish.school_years(con, promises))
        found = tables.as_ibis(con, promises)
        context = Context(asof, promises)
        covering = Covering(coverage(con, promises), context)
        told = explain.explain(
            covering.restricted(METRICS[metric]),
            found,
            sorted(tables.filled(con, promises)),
            context,
            re.sub(r"^(\d{4})-(\d{4})$", r"\1/\2", year.strip()),
            explain.find_area(found, school, municipality),
        )
        place = (told.year, told.area.level, told.area.code)
        areas = Areas.asked(covering)
        note = notes(METRICS[metric], covering, areas, [told.area.level], [told.year]).get(place)
        if note is not None:
            told = replace(told, left_out=f"{LACKING} {note.text}" if note.absent else note.text)
        return told, {entry.delivery: entry.file for entry in history.entries(con)}
