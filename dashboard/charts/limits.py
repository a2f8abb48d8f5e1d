"""Units of one kind against their size, with the limits of `funnels`. No Streamlit."""

from __future__ import annotations

from dashboard import language
from dashboard.charts import marks
from dashboard.exhibits.funnels import Group
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.render import drawing, theme
from dashboard.render.drawing import Axis, Figure
from dashboard.words import wording

# More units than this outside a funnel are not named in it: names would cover each other.
_NAMED = 6


def funnel(metric: Metric, group: Group, chosen: str = "") -> Figure:
    """Units of one kind against their size with the limits of their group. Not a ranking.

    Only visible units are drawn; their number is said beside the chart. A few units outside the
    99.8% limits carry their name.
    """
    seen, rate, scale = group.units, group.rate, group.scale
    widest = marks.nice_ceiling(max((row["noemer"] for row in seen), default=100.0) * 1.02)
    start = 100.0 if metric.soort == "per_1000" else 20.0
    bases = [start * (widest / start) ** (step / 160) for step in range(161)]
    bounds_at = {level: group.limits(bases, level) for level in (0.998, 0.95)}
    ends = [high[-1] for _, high in bounds_at.values()]
    top = max([row["waarde"] for row in seen] + [rate * scale * 2, *ends]) * 1.1
    joint = tr("samen {waarde}", waarde=wording.bare(metric, rate * scale))
    told = [marks.End(widest, rate * scale, joint, theme.INK)]
    for level, (_, high) in bounds_at.items():
        share = f"{wording.natural(level * 100)}%"
        told.append(marks.End(widest, high[-1], share, theme.MUTED))
    figure = Figure(
        Axis(
            0, widest, marks.values(0, widest, 6), language.published(metric.noemer), line=True
        ),
        Axis(-0.025 * top, top, marks.scale(metric, 0, top), grid=True), 430,
        right=max(drawing.wide(end.text, 11.5) for end in told) + 8,
    )  # fmt: skip
    for level, bounds in bounds_at.items():
        for bound in bounds:
            figure.stroke(
                zip(bases, bound, strict=True), theme.ACCENT_SOFT, 1.3, below=True,
                dash=drawing.DASHED if level == 0.95 else drawing.SOLID,
            )  # fmt: skip
    figure.segment((0, rate * scale), (widest, rate * scale), theme.MUTED, 1.2, below=True)
    for end in marks.apart(told, figure):
        figure.words(end.text, end.x, end.y, anchor="start", dx=4, size=11.5, colour=end.colour)
    outside = {row["gebied"] for row in group.outside}
    for row in seen:
        far, own = row["gebied"] in outside, row["gebied"] == chosen
        figure.dot(
            row["noemer"], row["waarde"], theme.SIGNAL if far else theme.ACCENT,
            14 if own else 9, symbol="diamond" if far else "circle", edge=theme.PAPER, width=1,
            opacity=1 if far or own else 0.5, tip=marks.hover(metric, str(row["label"]), row),
        )  # fmt: skip
    few = len(outside) <= _NAMED
    for row in seen:
        if row["gebied"] == chosen or (few and row["gebied"] in outside):
            left = row["noemer"] > widest * 0.6
            figure.words(
                marks.strong(str(row["label"]), row["gebied"] == chosen), row["noemer"],
                row["waarde"], anchor="end" if left else "start", dx=-9 if left else 9, size=11.5,
                halo=True,
            )  # fmt: skip
    return figure
