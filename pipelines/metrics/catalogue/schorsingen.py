"""F. Suspensions. Days of suspension are never added to days of absence."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import Context, Measure, Metric, Rate, Share, Tables

DATASETS = ("schorsingen",)
_SUSPENSION = _.soort.isin(["schorsing_intern", "schorsing_extern"])


def _suspensions(tables: Tables, _context: Context) -> ir.Table:
    found = tables["schorsingen"]
    found = found.mutate(schooljaar=derive.schooljaar(found["start_datum"]))
    return derive.with_enrolment(derive.with_school(found, tables), tables)


def _suspended(tables: Tables, context: Context) -> ir.Table:
    """The same rows, with how often the pupil was suspended in the school year, at any school."""
    found = _suspensions(tables, context)
    per_pupil = ibis.window(group_by=["leerling_id", "schooljaar"])
    times = _SUSPENSION.cast("int64").sum().over(per_pupil)
    return found.mutate(keren_geschorst=times)


SUSPENSIONS = Measure("schorsingen", "schorsingen", DATASETS, _suspensions)
SUSPENDED = Measure(
    "geschorste_leerlingen", "leerlingen", DATASETS, _suspended, distinct="leerling_id"
)

METRICS = (
    Metric(
        id="sch_aantal",
        theme="schorsingen",
        label_nl="Schorsingen",
        label_en="Suspensions",
        definition="Aantal interne en externe schorsingen met een eerste dag in het schooljaar.",
        definition_en="Number of internal and external suspensions that began in the school year.",
        unit="schorsingen",
        numerator="interne en externe schorsingen",
        measure=SUSPENSIONS,
        where=_SUSPENSION,
        cuts=("soort", "reden"),
        system="school_en_wijk",
        direction="lager",
    ),
    Metric(
        id="sch_per_1000",
        theme="schorsingen",
        label_nl="Geschorste leerlingen per 1.000",
        label_en="Pupils suspended per 1,000 pupils",
        definition="Aantal verschillende leerlingen dat in het schooljaar ten minste één keer is"
        " geschorst, per 1.000 leerlingen die op 1 oktober van dat schooljaar stonden"
        " ingeschreven.",
        definition_en="Number of distinct pupils suspended at least once in the school year, per"
        " 1,000 pupils enrolled on 1 October of that year.",
        unit="per 1.000 leerlingen",
        numerator="verschillende geschorste leerlingen",
        denominator="ingeschreven leerlingen op 1 oktober",
        measure=SUSPENDED,
        form=Rate(ENROLLED, per=1000, within=True),
        where=_SUSPENSION & _.telling_bekend,
        system="school_en_wijk",
        direction="lager",
    ),
    Metric(
        id="sch_per_1000_schorsingen",
        theme="schorsingen",
        label_nl="Schorsingen per 1.000 leerlingen",
        label_en="Suspensions per 1,000 pupils",
        definition="Aantal interne en externe schorsingen in het schooljaar, per 1.000 leerlingen"
        " die op 1 oktober van dat schooljaar stonden ingeschreven.",
        definition_en="Number of internal and external suspensions in the school year, per 1,000"
        " pupils enrolled on 1 October of that year.",
        unit="per 1.000 leerlingen",
        numerator="interne en externe schorsingen",
        denominator="ingeschreven leerlingen op 1 oktober",
        measure=SUSPENSIONS,
        form=Rate(ENROLLED, per=1000),
        where=_SUSPENSION & _.telling_bekend,
        system="school_en_wijk",
        direction="lager",
    ),
    Metric(
        id="sch_dagen",
        theme="schorsingen",
        label_nl="Verloren schooldagen",
        label_en="School days lost",
        definition="Aantal schooldagen waarvoor leerlingen in het schooljaar zijn geschorst, per"
        " 1.000 leerlingen die op 1 oktober van dat schooljaar stonden ingeschreven; alle dagen"
        " tellen in het schooljaar waarin de schorsing begon.",
        definition_en="Number of school days for which pupils were suspended in the school year,"
        " per 1,000 pupils enrolled on 1 October of that year; all days count in the school year in"
        " which the suspension began.",
        unit="schooldagen per 1.000 leerlingen",
        numerator="schooldagen van interne en externe schorsingen",
        denominator="ingeschreven leerlingen op 1 oktober",
        measure=SUSPENSIONS,
        form=Rate(ENROLLED, per=1000, weight="schooldagen"),
        where=_SUSPENSION & _.telling_bekend,
        system="school_en_wijk",
        direction="lager",
    ),
    Metric(
        id="sch_herhaald",
        theme="schorsingen",
        label_nl="Herhaald geschorst",
        label_en="Suspended repeatedly",
        definition="Aandeel van de geschorste leerlingen dat in hetzelfde schooljaar twee keer of"
        " vaker is geschorst, op welke school ook.",
        definition_en="Share of the suspended pupils who were suspended twice or more in the same"
        " school year, at whichever school.",
        unit="procent",
        numerator="leerlingen met twee of meer schorsingen",
        denominator="leerlingen met ten minste één schorsing",
        measure=SUSPENDED,
        form=Share(_.keren_geschorst >= 2),
        where=_SUSPENSION,
        system="school_en_wijk",
        direction="lager",
    ),
    Metric(
        id="sch_gemeld",
        theme="schorsingen",
        label_nl="Gemeld bij de Inspectie",
        label_en="Reported to the Inspectorate",
        definition="Aandeel van de schorsingen van langer dan één schooldag dat bij de Inspectie"
        " van het Onderwijs is gemeld; wat niet is vastgelegd, telt als niet gemeld.",
        definition_en="Share of the suspensions longer than one school day that were reported to"
        " the Inspectorate; what was not recorded counts as not reported.",
        unit="procent",
        numerator="gemelde schorsingen van langer dan één schooldag",
        denominator="schorsingen van langer dan één schooldag",
        measure=SUSPENSIONS,
        form=Share(_.gemeld_inspectie),
        where=_SUSPENSION & (_.schooldagen > 1),
        system="school_en_wijk",
        direction="hoger",
    ),
    Metric(
        id="sch_verwijderd",
        theme="schorsingen",
        label_nl="Verwijderingen",
        label_en="Expulsions",
        definition="Aantal verwijderingen met een eerste dag in het schooljaar; een voornemen tot"
        " verwijdering telt niet mee.",
        definition_en="Number of expulsions with a first day in the school year; a notice of"
        " intended expulsion is left out.",
        unit="verwijderingen",
        numerator="verwijderingen",
        measure=SUSPENSIONS,
        where=_.soort == "verwijdering",
        system="school_en_wijk",
        direction="lager",
    ),
)
