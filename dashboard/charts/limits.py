"""Units of one kind against their size, with the limits of `funnels`. No Streamlit."""

from __future__ import annotations

from dashboard import language
from dashboard.charts import marks, scale
from dashboard.charts.chart import Axis, Chart, Curve, Mark
from dashboard.charts.funnels import LEVELS, Group
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.words import wording

# More units than this outside a funnel are not named in it: names would cover each other.
_NAMED = 6
# Points of a limit: enough for a smooth curve.
_POINTS = 80


def funnel(metric: Metric, group: Group, chosen: str = "") -> Chart:
    """Units of one kind against their size with the limits of their group. Not a ranking.

    Only visible units are drawn; their number is said beside the chart. A few units outside the
    99.8% limits carry their name.
    """
    seen, rate, times = group.units, group.rate, group.scale
    widest = scale.nice_ceiling(max((row["noemer"] for row in seen), default=100.0) * 1.02)
    start = 100.0 if metric.soort == "per_1000" else 20.0
    bases = [start * (widest / start) ** (step / _POINTS) for step in range(_POINTS + 1)]
    joint = tr("samen {waarde}", waarde=wording.bare(metric, rate * times))
    curves = [Curve(joint, ((0.0, rate * times), (widest, rate * times)), middle=True)]
    for level in (0.998, 0.95):
        low, high = group.limits(bases, level)
        share = f"{wording.natural(level * 100)}%"
        for name, bound in (("", low), (share, high)):
            points = tuple(zip(bases, bound, strict=True))
            curves.append(Curve(name, points, inner=level == 0.95))
    ends = [curve.points[-1][1] for curve in curves]
    top = max([row["waarde"] for row in seen] + [rate * times * 2, *ends]) * 1.1
    outside = {row["gebied"] for row in group.outside}
    low, high = group.limits([float(row["noemer"]) for row in seen], LEVELS[1])
    found = []
    for row, least, most in zip(seen, low, high, strict=True):
        far, own = row["gebied"] in outside, row["gebied"] == chosen
        named = own or (far and len(outside) <= _NAMED)
        found.append(
            Mark(
                str(row["label"]), row["waarde"], str(row["label"]) if named else "", strong=own,
                told=(
                    *marks.hover(metric, str(row["label"]), row),
                    _within(metric, least, most, far=far, own=own),
                ),
                at=float(row["noemer"]), far=far, unit=str(row["gebied"]),
            )
        )  # fmt: skip
    return Chart(
        "trechter", tuple(found), Axis(-0.025 * top, top, scale.of(metric, 0, top)),
        marks.form(metric), wording.label(metric), curves=tuple(curves),
        across=Axis(0, widest, scale.values(0, widest, 6), language.published(metric.noemer)),
    )  # fmt: skip


def _within(metric: Metric, low: float, high: float, *, far: bool, own: bool) -> str:
    """The 99.8% limits for a unit of this size, and on which side of them it lies."""
    bounds = f"{wording.bare(metric, low)}–{wording.bare(metric, high)}"
    told = tr("grens 99,8%: {grenzen}", grenzen=bounds)
    if far:
        told = tr("{grens}, ligt daarbuiten", grens=told)
    return f"{told}; {tr('uw keuze')}" if own else told
