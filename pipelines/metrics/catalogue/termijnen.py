"""B and D. Waiting and duration as shares within so many weeks or months, which add up.

A median stands at one level, since medians of areas that overlap can be worked out from each other.
These are ordinary counts over one denominator, so they exist for every area. A unit takes part once
its longest term has passed, whatever became of it: what did not start, or still runs, stays in the
denominator, and all terms are shares of the same units.
"""

from __future__ import annotations

from ibis import _

from pipelines.metrics.catalogue.trajecten import REGISTERED, STARTED
from pipelines.metrics.catalogue.verwijzingen import DISCUSSED
from pipelines.metrics.derive import LASTED, WAITED
from pipelines.metrics.metric import Metric, Share


def _weeks(number: int) -> tuple[str, str]:
    return ("1 week", "1 week") if number == 1 else (f"{number} weken", f"{number} weeks")


def _started(number: int) -> Metric:
    nl, en = _weeks(number)
    return Metric(
        id=f"smw_start_weken_{number}",
        theme="proces",
        label_nl=f"Gestart binnen {nl}",
        label_en=f"Started within {en}",
        definition=f"Aandeel van de aanmeldingen in het schooljaar waarvan het traject binnen {nl}"
        " begon; wat nog wacht of nooit begint, telt mee als niet begonnen, en een aanmelding telt"
        f" pas mee als er {WAITED[-1]} weken voorbij zijn.",
        definition_en="Share of the registrations in the school year for which the trajectory"
        f" began within {en}; what is still waiting, or never begins, counts as not begun, and a"
        f" registration takes part once {WAITED[-1]} weeks have passed.",
        unit="procent",
        numerator=f"aanmeldingen met een traject dat binnen {nl} begon",
        denominator=f"aanmeldingen waarvan {WAITED[-1]} weken voorbij zijn",
        measure=REGISTERED,
        form=Share(_.wachtdagen <= 7 * number),
        where=_.weken_voorbij,
        system="servicepunt_smw",
        direction="hoger",
    )


def _finished(number: int) -> Metric:
    return Metric(
        id=f"smw_klaar_maanden_{number}",
        theme="proces",
        label_nl=f"Afgesloten binnen {number} maanden",
        label_en=f"Closed within {number} months",
        definition="Aandeel van de trajecten met een startdatum in het schooljaar dat binnen"
        f" {number} maanden is afgesloten; wat nog loopt, telt mee als niet afgesloten, en een"
        f" traject telt pas mee als er {LASTED[-1]} maanden voorbij zijn.",
        definition_en="Share of the trajectories started in the school year that closed within"
        f" {number} months; what still runs counts as not closed, and a trajectory takes part once"
        f" {LASTED[-1]} months have passed.",
        unit="procent",
        numerator=f"trajecten die binnen {number} maanden zijn afgesloten",
        denominator=f"gestarte trajecten waarvan {LASTED[-1]} maanden voorbij zijn",
        measure=STARTED,
        form=Share(_[f"klaar_{number}"]),
        where=_.maanden_voorbij,
        system="servicepunt_smw",
    )


def _helped(number: int) -> Metric:
    nl, en = _weeks(number)
    return Metric(
        id=f"vw_start_weken_{number}",
        theme="verwijzingen",
        label_nl=f"Hulp gestart binnen {nl}",
        label_en=f"Help started within {en}",
        definition="Aandeel van de verwijzingen die in het schooljaar in een overleg zijn besproken"
        f" waarvan de hulp binnen {nl} na dat overleg begon; hulp die nog niet of nooit begon, telt"
        f" mee als niet begonnen, en een verwijzing telt pas mee als er {WAITED[-1]} weken voorbij"
        " zijn.",
        definition_en="Share of the referrals discussed in a meeting in the school year for which"
        f" help began within {en} after that meeting; help not begun yet, or never, counts as not"
        f" begun, and a referral takes part once {WAITED[-1]} weeks have passed.",
        unit="procent",
        numerator=f"besproken verwijzingen met hulp die binnen {nl} begon",
        denominator=f"besproken verwijzingen waarvan {WAITED[-1]} weken voorbij zijn",
        measure=DISCUSSED,
        form=Share((_.wachtdagen <= 7 * number) & ~_.wacht_nog),
        where=_.weken_voorbij,
        cuts=("bestemming",),
        system="servicepunt_smw",
        direction="hoger",
    )


METRICS = (
    *(_started(number) for number in WAITED),
    *(_finished(number) for number in LASTED),
    *(_helped(number) for number in WAITED),
)
