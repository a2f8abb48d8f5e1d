"""I. Continuous lines: transitions between schools and sectors.

A transition is placed at the school that the pupil leaves, which hands over; where that has no code
(a preschool) at the school it goes to.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.metric import Context, Measure, Metric, Share, Tables

CONTINUES_WITHIN = "termijn_doorlopende_ondersteuning_weken"


def _transitions(tables: Tables, context: Context) -> ir.Table:
    """Transitions with `waargenomen` (the term has passed, or support is there) and `loopt_door`.

    Support that began before the transition, and was never stopped, continues.
    """
    found = tables["overgangen"]
    day, support = found["datum"], found["ondersteuning_na_datum"]
    until = derive.by_norm(
        context, CONTINUES_WITHIN, day, lambda weeks: derive.plus_days(day, 7 * weeks)
    )
    known = ibis.literal(context.peildatum)
    continues = ((support <= until) & (support <= known)).fill_null(False)
    placed = found.mutate(
        schooljaar=derive.schooljaar(day),
        vestigingscode=found["van_vestigingscode"].fill_null(found["naar_vestigingscode"]),
        loopt_door=continues,
        waargenomen=continues | (until <= known),
    )
    return derive.with_school(placed, tables)


TRANSITIONS = Measure("overgangen", "overgangen", ("overgangen",), _transitions)

METRICS = (
    Metric(
        id="lijn_warm",
        theme="doorgaande_lijnen",
        label_nl="Warme overdracht",
        label_en="Warm handover",
        definition="Aandeel van de overgangen in het schooljaar waarbij school en school, of school"
        " en zorg, de leerling in een gesprek hebben overgedragen.",
        definition_en="Share of the transitions in the school year in which school and school, or"
        " school and care, handed the pupil over in a conversation.",
        unit="procent",
        numerator="overgangen met een warme overdracht",
        denominator="alle overgangen in het schooljaar",
        measure=TRANSITIONS,
        form=Share(_.warme_overdracht),
        cuts=("overgang",),
        system="school_en_wijk",
        direction="hoger",
    ),
    Metric(
        id="lijn_ondersteuning",
        theme="doorgaande_lijnen",
        label_nl="Ondersteuning loopt door",
        label_en="Support continues",
        definition="Aandeel van de overgangen in het schooljaar van leerlingen met ondersteuning"
        " ervoor waarbij de ondersteuning binnen de termijn na de overgang weer liep; een overgang"
        " waarvan de termijn nog niet voorbij is, telt alleen mee als de ondersteuning al liep.",
        definition_en="Share of the transitions in the school year of pupils with support"
        " beforehand in which support was running again within the term after the transition; a"
        " transition whose term has not passed counts only if support was running already.",
        unit="procent",
        numerator="overgangen waarna de ondersteuning binnen de termijn liep",
        denominator="overgangen van leerlingen met ondersteuning ervoor",
        measure=TRANSITIONS,
        form=Share(_.loopt_door),
        where=_.ondersteuning_voor & _.waargenomen,
        cuts=("overgang",),
        norm=CONTINUES_WITHIN,
        system="school_en_wijk",
        direction="hoger",
    ),
)
