"""The front page in words: which figures come first, how many moved, and where it pinches.

No Streamlit.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.exhibits import apart_words as apart
from dashboard.exhibits import explained_words as explained
from dashboard.exhibits.pinches import Found, Pinch
from dashboard.language import plural, tr
from dashboard.release.released import Released
from dashboard.words import conclusions, covered, difference, wording
from dashboard.words.selection import Selection, of_year
from dashboard.words.wording import Step

# So many messages stand on the front page.
MESSAGES = 3
_UP = {"hoger", "meer"}


def first(steps: Sequence[Step]) -> list[Step]:
    """The figures with most to say: a norm that is missed, then what surely changed, then the
    others; of equals the one that comes first on the page."""
    shown = [step for step in steps if step.now["status"] == wording.VISIBLE]
    return sorted(shown, key=_weight)[:MESSAGES]


def _weight(step: Step) -> int:
    if wording.norm_verdict(step.metric, step.now) == "niet gehaald":
        return 0
    return 1 if direction(step) else 2


def direction(step: Step) -> str:
    """beter, slechter or anders: how a figure surely moved since the first year that covers the
    same; '' where that is not sure."""
    since = step.first or step.before
    if since is None:
        return ""
    way = difference.way(step.metric, step.now, since, step.rounding)
    if way not in difference.DIRECTIONS:
        return ""
    if step.metric.richting not in {"hoger", "lager"}:
        return "anders"
    return "beter" if (way in _UP) == (step.metric.richting == "hoger") else "slechter"


def against_whole(released: Released, selection: Selection, step: Step) -> str:
    """How the choice stands to the whole it belongs to: its municipality, else all of them; ''
    where that is not shown."""
    area = released.areas.get((selection.niveau, selection.gebied))
    place = ("totaal", "")
    if area is not None and ("gemeente", area.ouder) in released.areas:
        place = ("gemeente", area.ouder)
    if place == (selection.niveau, selection.gebied):
        return ""
    rows = released.over_years(step.metric.id, *place, "", str(step.now["maat"])).to_dicts()
    whole = of_year(rows, selection.schooljaar)
    if whole is None or whole["status"] != wording.VISIBLE:
        return ""
    if step.now["status"] != wording.VISIBLE or step.metric.soort in difference.SIZES:
        return ""
    name = wording.area_name(released.areas.get(place), place[1]) or wording.level(place[0])
    way = difference.way(step.metric, step.now, whole, step.rounding)
    if not covered.alike(step.now, whole):
        way = difference.OTHER
    said = explained.way(way)
    return tr(
        "{geheel}: **{waarde}** (verschil: {hoe}).", geheel=name,
        waarde=wording.said(step.metric, whole), hoe=said,
    )  # fmt: skip


def told(
    released: Released, selection: Selection, steps: Sequence[Step], found: Found
) -> list[str]:
    """How the key figures moved, where it pinches most, and what Zorg In School is known to do."""
    sentences = [_moved(steps), pinched(found)]
    if selection.niveau == "totaal":
        sentences += conclusions.promise(released)
    return [sentence for sentence in sentences if sentence]


def _moved(steps: Sequence[Step]) -> str:
    shown = [step for step in steps if step.now["status"] == wording.VISIBLE]
    if not shown:
        return ""
    ways = [direction(step) for step in shown]
    counted = plural(
        "Van {n} kerncijfer is", "Van {n} kerncijfers zijn er", len(shown),
        n=wording.number(len(shown)),
    )  # fmt: skip
    return tr(
        "{Van} sinds het eerste vergelijkbare schooljaar **{beter} zeker verbeterd** en "
        "**{slechter} zeker verslechterd**.",
        Van=counted, beter=ways.count("beter"), slechter=ways.count("slechter"),
    )  # fmt: skip


def pinched(found: Found) -> str:
    """On how many places it surely goes worse; '' where nothing could be compared."""
    if not found.pinches:
        if not found.among:
            return ""
        return tr("Nergens gaat het zeker slechter dan in de rest.")
    worst = found.pinches[0]
    return plural(
        "Op **{n} plek** gaat het zeker slechter dan in de rest: {wie} ({cijfer}).",
        "Op **{n} plekken** gaat het zeker slechter dan in de rest, het zekerst bij {wie} "
        "({cijfer}).",
        len(found.pinches), n=wording.number(len(found.pinches)), wie=worst.name,
        cijfer=wording.within(wording.label(worst.metric)),
    )  # fmt: skip


def kind(pinch: Pinch) -> str:
    """Aanbieder, Wijk, School."""
    name = tr("school") if pinch.niveau == "vestiging" else apart.name(pinch.niveau)
    return name.capitalize()
