"""Cost-neutral within the margin of a plan: the one declared beforehand, not that of the release.

Pure, on published rows: a margin in euro a year becomes one over all programme years, discounted as
the net is, and the 90% interval of the net must lie within it (two one-sided tests at 5%).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.effects.pilots.plan import Came, Net, Read
from pipelines.effects.rounding import to_nearest
from pipelines.effects.savings.balance_table import TOTAL
from pipelines.effects.wording import euros

NOT_PLANNED = (
    "In het plan is geen marge vastgelegd; zonder vooraf vastgelegde marge met een bron is niet te"
    " toetsen of Zorg In School kostenneutraal is."
)
NO_NET = "Deze publicatie geeft geen netto om de marge van het plan aan te toetsen."
_TEST = "netto_toets"

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Evaluated:
    """What a release tells of the money: its net, and the margin (euro a year) it used itself."""

    net: Net | None
    margin: float | None


def evaluated(balance: Rows, drivers: Rows) -> Evaluated:
    """From the rows of `besparing_balans` and `besparing_gevoeligheid`."""
    own = [row for row in balance if row["leidend"] and row["waarde"] is not None]
    years = sorted({str(row["schooljaar"]) for row in own} - {TOTAL})
    total = {row["onderdeel"]: row for row in own if row["schooljaar"] == TOTAL}
    rate = next((row["waarde"] for row in drivers if row["naam"] == "discontovoet"), None)
    if _TEST not in total or rate is None or not years:
        return Evaluated(None, None)
    net = Net(tuple(years), float(rate), float(total[_TEST]["onder"]), float(total[_TEST]["boven"]))
    margin = total.get("marge")
    each = None if margin is None else float(margin["waarde"]) / net.factor
    return Evaluated(net, each)


def neutral(found: Read, came: Came) -> str:
    """Dutch: whether the net lies within the margin of the plan, or why that is not tested."""
    plan, net = found.plan, came.net
    if plan.marge is None:
        return NOT_PLANNED
    late = _not_beforehand(found, came)
    if late:
        return f"De marge van het plan is niet vooraf vastgelegd: {late}. Zij wordt niet getoetst."
    if net is None:
        return NO_NET
    edge = plan.marge * net.factor
    inside = -edge < net.low and net.high < edge
    told = "is aangetoond dat het kostenneutraal is" if inside else "is dat niet aangetoond"
    years = "één schooljaar" if len(net.years) == 1 else f"{len(net.years)} schooljaren"
    return (
        f"Kostenneutraal heet volgens het plan een netto binnen {euros(plan.marge)} per jaar van"
        f" nul; over {years}, contant gemaakt, is dat {euros(float(to_nearest(edge, 1000)))}. Met"
        f" een 90%-interval van {euros(net.low)} tot {euros(net.high)} {told}. Bron van de marge:"
        f" {plan.marge_bron}."
    )


def _not_beforehand(found: Read, came: Came) -> str:
    if not found.intact:
        return "het plan is na het vastleggen gewijzigd"
    if found.plan.publicatie == came.release:
        return "dit is de publicatie waaruit is gepland"
    if found.plan.vastgelegd_op > came.until:
        return "het plan is na de peildatum van deze publicatie vastgelegd"
    return ""
