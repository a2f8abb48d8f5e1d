"""A chart as markup: values along two axes in, SVG out. No Streamlit, and no script in the browser.

Places across are parts of the width and places up are pixels, so a chart is as wide as its page
while letters, lines and marks keep their size. A chart library in the browser cost a reader more
time than all the rest of a page; here the server writes some kilobytes that any browser shows at
once, prints, and copies. What belongs to a mark appears beside it when it is pointed at
(`data-tip`, shown by `mended.js`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from dashboard.render import letters, theme

Point = tuple[float, float]

# Kinds of line, as SVG writes them.
SOLID, DASHED, DOTTED = "", "6 4", "2 3"
# A line of text, in sizes of its letters.
_LINE = 1.25
# From an axis to its texts, in pixels.
_GAP = 8
# Fonts differ: as much wider than estimated as a label may turn out to be.
_SPARE = 1.1
# A field is not made narrower than this, in pixels.
_NARROWEST = 160
# Paths are written in a field this wide, and stretched over the chart.
_FIELD = 1000
# A mark is pointed at from this far, in pixels.
_REACH = 11
_HATCH = "zl-hatch"
# Around a middle, for marks of size 1; `circle` and `square` have elements of their own.
_SYMBOLS = {
    "diamond": "M0 -.66 .66 0 0 .66 -.66 0Z",
    "triangle-up": "M0 -.64 .6 .46 -.6 .46Z",
    "cross": "M-.2 -.55H.2V-.2H.55V.2H.2V.55H-.2V.2H-.55V-.2H-.2Z",
    "x": "M-.5 -.26-.26 -.5 0 -.24 .26 -.5 .5 -.26 .24 0 .5 .26 .26 .5 0 .24-.26 .5-.5 .26-.24 0Z",
}


class Strong(str):
    """Text, or a part of it, in bold."""

    __slots__ = ()


# Lines are parted by a line break.
Text = str | tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """Values from `low`, at the left or the foot, to `high`, at the right or the top.

    `low` above `high` counts the other way, as lists do from their top. `ticks`: place and text.
    `line` draws the axis itself, `grid` a line through the chart at each tick.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, Text], ...] = ()
    title: str = ""
    grid: bool = False
    line: bool = False
    size: float = 12.0
    colour: str = theme.MUTED

    def part(self, value: float) -> float:
        """How far along the axis a value is, as a fraction."""
        return (value - self.low) / (self.high - self.low)


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round values from `low` to `high`, at most so many and as many as fit."""
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for step in (power * times for times in (1, 2, 2.5, 5, 10, 20) if times != 2.5 or power >= 10):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(place * step, 9) + 0.0 for place in range(first, last + 1)]


class Figure:
    """Marks and words on a field between two axes.

    `height` in pixels, of all together. `top` and `right` are the room beside the field; what is
    left and below follows from the axes. `width` is set, in pixels, where a shape must be kept.
    """

    def __init__(
        self, across: Axis, up: Axis, height: float, *,
        top: float = 24, right: float = 20,
    ) -> None:  # fmt: skip
        self.across, self.up = across, up
        self.top = top + (_LINE * 12 + 8 if up.title else 0)
        self.right = right
        self.left = _wide(up) + (_GAP if up.ticks else 2)
        self.bottom = _high(across)
        self.height = max(40.0, height - self.top - self.bottom)
        self.width: float | None = None
        self._below: list[str] = []
        self._marks: list[str] = []
        self._words: list[str] = []
        self._hits: list[str] = []
        self._keys: list[str] = []
        self._key_title = ""
        self._axes()

    def stroke(
        self, points: Iterable[tuple[float, float | None]], colour: str, width: float = 1, *,
        dash: str = SOLID, below: bool = False,
    ) -> None:  # fmt: skip
        """A line through points, broken where a value is None and cut where it leaves the field."""
        path, pen = [], "M"
        for x, y in _cut(points, self.up.low, self.up.high):
            if y is None:
                pen = "M"
                continue
            path.append(f"{pen}{self._along(x)} {self._down(y)}")
            pen = "L"
        pen = _pen(colour, width, dash)
        drawn = self._field(f'<path d="{"".join(path)}" fill="none" {pen}/>')
        (self._below if below else self._marks).append(drawn)

    def rule(
        self, colour: str, width: float = 1, *, x: float | None = None, y: float | None = None,
        dash: str = SOLID,
    ) -> None:  # fmt: skip
        """A line over the whole field, at one value of one axis."""
        if x is not None:
            ends = (x, self.up.low), (x, self.up.high)
        else:
            at = y or 0.0
            ends = (self.across.low, at), (self.across.high, at)
        self._below.append(self._segment(*ends, colour, width, dash))

    def segment(
        self, start: Point, end: Point, colour: str, width: float = 1, *, dash: str = SOLID,
        below: bool = False,
    ) -> None:  # fmt: skip
        """A straight line between two points."""
        drawn = self._segment(start, end, colour, width, dash)
        (self._below if below else self._marks).append(drawn)

    def bar(self, x: Point, y: Point, colour: str, tip: Sequence[str] = ()) -> None:
        """A filled rectangle between two values of each axis."""
        left, right = sorted(self.across.part(value) * 100 for value in x)
        top, foot = sorted((1 - self.up.part(value)) * self.height for value in y)
        self._marks.append(
            f'<rect x="{_n(left)}%" y="{_n(top)}" width="{_n(right - left)}%" '
            f'height="{_n(foot - top)}" fill="{theme.ink(colour)}"{_tip(tip)}/>'
        )

    def dot(
        self, x: float, y: float, colour: str, size: float = 8, *, symbol: str = "circle",
        edge: str = "", width: float = 2, opacity: float = 1, tip: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A mark of a size in pixels, with a line around it in another colour where `edge` says."""
        look = f' fill="{theme.ink(colour)}"'
        if opacity < 1:
            look += f' fill-opacity="{_n(opacity)}"'
        if edge:
            look += f" {_pen(edge, width)}"
        at = f'x="{self._percent(x)}" y="{self._down(y)}"'
        round_at = f'cx="{self._percent(x)}" cy="{self._down(y)}"'
        if symbol == "circle":
            self._marks.append(f'<circle {round_at} r="{_n(size / 2)}"{look}/>')
        else:
            self._marks.append(f"<svg {at}>{_symbol(symbol, size, look)}</svg>")
        if tip:
            reach = max(_REACH, size / 2)
            self._hits.append(f'<circle {round_at} r="{_n(reach)}" fill="none"{_tip(tip)}/>')

    def words(
        self, text: Text, x: float, y: float, *, anchor: str = "middle", at: str = "middle",
        dx: float = 0, dy: float = 0, size: float = 12.5, colour: str = theme.INK,
        halo: bool = False,
    ) -> None:  # fmt: skip
        """A text at a point, moved by pixels to the right and down.

        `anchor`: what of the text stands at the point: start, middle or end; `at`: above, middle
        or below it. `halo` keeps it legible on marks.
        """
        place = self._percent(x), (1 - self.up.part(y)) * self.height + dy
        self._words.append(_words(text, *place, anchor, at, dx, size, colour, halo=halo))

    def band(self, start: tuple[Point, Point], end: tuple[Point, Point], colour: str,
             tip: Sequence[str] = ()) -> None:  # fmt: skip
        """A stream that flows from one standing edge (its top and foot) to another, see-through."""
        (ax, at), (_, af) = start
        (bx, bt), (_, bf) = end
        left, right, middle = self._along(ax), self._along(bx), self._along((ax + bx) / 2)
        tops, feet = (self._down(at), self._down(bt)), (self._down(af), self._down(bf))
        path = (
            f"M{left} {tops[0]}C{middle} {tops[0]} {middle} {tops[1]} {right} {tops[1]}"
            f"V{feet[1]}C{middle} {feet[1]} {middle} {feet[0]} {left} {feet[0]}Z"
        )
        look = f'fill="{theme.ink(colour)}" fill-opacity="0.24"'
        self._marks.append(self._field(f'<path d="{path}" {look}{_tip(tip)}/>'))

    def area(
        self, rings: Iterable[Sequence[Point]], fill: str, opacity: float, *, edge: str,
        width: float, tip: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A closed shape; without a `fill` it is hatched."""
        path = "".join(
            "M" + "L".join(f"{self._along(x)} {self._down(y)}" for x, y in ring) + "Z"
            for ring in rings
        )
        look = _filled(fill, opacity)
        pen = _pen(edge, width)
        self._marks.append(self._field(f'<path d="{path}" {look} {pen}{_tip(tip)}/>'))

    def key(self, text: str, fill: str, opacity: float) -> None:
        """A line of the legend; without a `fill` it is hatched."""
        look = _filled(fill, opacity)
        line = f'stroke="{theme.ink(theme.MUTED)}"'
        square = f'<rect x="1" y="1" width="14" height="14" {look} {line}/>'
        self._keys.append(f'<span><svg width="16" height="16">{square}</svg>{_safe(text)}</span>')

    def keys(self, title: str) -> None:
        """What the legend is about."""
        self._key_title = title

    @property
    def least(self) -> float:
        """The width in pixels at which the texts below it are still apart."""
        ends = sorted((self.across.part(at), _longest(text)) for at, text in self.across.ticks)
        needed = (
            ((one + other) / 2 * _SPARE * self.across.size + 3) / (right - left)
            for (left, one), (right, other) in itertools.pairwise(ends)
        )
        return self.left + self.right + max(_NARROWEST, *needed, 0)

    def html(self, alt: str) -> str:
        """The chart on one line of markup, without anything that runs.

        `alt`: its conclusion and values in words, for who does not see it. On a screen that is
        narrower than `least` it scrolls within its place.
        """
        wide = f"width:{_n(self.width)}px;" if self.width else f"min-width:{self.least:.0f}px;"
        room = " ".join(f"{_n(side)}px" for side in (self.top, self.right, self.bottom, self.left))
        legend = ""
        if self._keys:
            legend = f'<p class="zl-key"><b>{_safe(self._key_title)}</b>{"".join(self._keys)}</p>'
        return (
            f'<div class="zl-chart"><div role="img" aria-label="{_safe(alt)}" '
            f'style="{wide}padding:{room}"><svg aria-hidden="true" width="100%" '
            f'height="{_n(self.height)}">{"".join(self._parts())}</svg></div>{legend}</div>'
        )

    def _repr_html_(self) -> str:
        """For a notebook."""
        return f"<style>{theme.CHART}</style>{self.html('')}"

    def _parts(self) -> Iterator[str]:
        if f"#{_HATCH}" in "".join((*self._marks, *self._keys)):
            yield (
                f'<defs><pattern id="{_HATCH}" width="7" height="7" '
                'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
                f'<line y2="7" stroke="{theme.ink(theme.MUTED)}" stroke-width="1.6"/>'
                "</pattern></defs>"
            )
        yield from (*self._below, *self._marks, *self._words, *self._hits)

    def _axes(self) -> None:
        for place, text in self.across.ticks:
            if self.across.grid:
                self.rule(theme.GRID, x=place)
            self._words.append(
                _words(
                    text, self._percent(place), self.height + _GAP / 2, "middle", "below", 0,
                    self.across.size, self.across.colour,
                )
            )  # fmt: skip
        for place, text in self.up.ticks:
            if self.up.grid:
                self.rule(theme.GRID, y=place)
            height = (1 - self.up.part(place)) * self.height
            self._words.append(
                _words(
                    text, "0%", height, "end", "middle", -_GAP, self.up.size, self.up.colour
                )
            )  # fmt: skip
        if self.across.line:
            self.rule(theme.LINE, y=self.up.low)
        if self.across.title:
            self._words.append(
                _words(
                    self.across.title, "50%", self.height + self.bottom, "middle", "above", 0, 12,
                    theme.MUTED,
                )
            )  # fmt: skip
        if self.up.title:
            self._words.append(
                _words(
                    self.up.title, "0%", -self.top, "start", "below", -self.left, 12, theme.MUTED
                )
            )  # fmt: skip

    def _percent(self, x: float) -> str:
        return f"{_n(self.across.part(x) * 100)}%"

    def _along(self, x: float) -> str:
        return _n(self.across.part(x) * _FIELD)

    def _down(self, y: float) -> str:
        return _n((1 - self.up.part(y)) * self.height)

    def _segment(self, start: Point, end: Point, colour: str, width: float, dash: str) -> str:
        (ax, ay), (bx, by) = start, end
        return (
            f'<line x1="{self._percent(ax)}" y1="{self._down(ay)}" x2="{self._percent(bx)}" '
            f'y2="{self._down(by)}" {_pen(colour, width, dash)}/>'
        )

    def _field(self, path: str) -> str:
        """A path in its own field, stretched over the width."""
        return (
            f'<svg viewBox="0 0 {_FIELD} {_n(self.height)}" preserveAspectRatio="none" '
            f'width="100%" height="{_n(self.height)}">{path}</svg>'
        )


def wide(text: Text, size: float) -> float:
    """About how wide a text is, in pixels, with some room."""
    return _SPARE * size * _longest(text)


def _longest(text: Text) -> float:
    """The longest line of a text, in sizes of its letters."""
    return max(map(_long, _lines(text)), default=0.0)


def _long(line: Sequence[str]) -> float:
    return sum(
        letters.length(part) * (letters.BOLD if isinstance(part, Strong) else 1) for part in line
    )


def _wide(axis: Axis) -> float:
    return max((wide(text, axis.size) for _, text in axis.ticks), default=0.0)


def _high(axis: Axis) -> float:
    """The room below the field: the texts at the axis, and its title."""
    lines = max((len(_lines(text)) for _, text in axis.ticks), default=0)
    texts = _GAP + lines * axis.size * _LINE + 6 if lines else 4
    return texts + (_GAP + 12 * _LINE if axis.title else 0)


def _lines(text: Text) -> list[list[str]]:
    """A text as lines, each of parts that keep whether they are bold."""
    lines: list[list[str]] = [[]]
    for part in (text,) if isinstance(text, str) else text:
        for number, piece in enumerate(part.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append(Strong(piece) if isinstance(part, Strong) else piece)
    return lines


def _words(
    text: Text, x: str, y: float, anchor: str, at: str, dx: float, size: float, colour: str, *,
    halo: bool = False,
) -> str:  # fmt: skip
    lines = _lines(text)
    high = size * _LINE
    first = {"above": y - (len(lines) - 0.5) * high, "below": y + 0.5 * high}.get(
        at, y - (len(lines) - 1) / 2 * high
    )
    aside = f' dx="{_n(dx)}"' if dx else ""
    look = f'font-size="{_n(size)}" fill="{theme.ink(colour)}"'
    if anchor != "start":
        look += f' text-anchor="{anchor}"'
    if halo:
        look += ' class="zl-halo"'
    if len(lines) == 1:
        return f'<text x="{x}" y="{_n(first)}"{aside} {look}>{_runs(lines[0])}</text>'
    rows = "".join(
        f'<tspan x="{x}"{aside} y="{_n(first + place * high)}">{_runs(line)}</tspan>'
        for place, line in enumerate(lines)
    )
    return f"<text {look}>{rows}</text>"


def _runs(line: Sequence[str]) -> str:
    return "".join(
        f'<tspan font-weight="650">{escape(part)}</tspan>'
        if isinstance(part, Strong)
        else escape(part)
        for part in line
    )


def _pen(colour: str, width: float, dash: str = SOLID) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{theme.ink(colour)}" stroke-width="{_n(width)}"{dashed}'


def _symbol(symbol: str, size: float, look: str) -> str:
    if symbol == "square":
        side, half = _n(size * 0.9), _n(size * 0.45)
        return f'<rect x="-{half}" y="-{half}" width="{side}" height="{side}"{look}/>'
    return f'<path transform="scale({_n(size)})" d="{_SYMBOLS[symbol]}"{look}/>'


def _filled(fill: str, opacity: float) -> str:
    if not fill:
        return f'fill="url(#{_HATCH})"'
    return f'fill="{theme.ink(fill)}" fill-opacity="{_n(opacity)}"'


def _tip(lines: Sequence[str]) -> str:
    return f' data-tip="{_safe(chr(10).join(lines))}"' if lines else ""


def _safe(text: str) -> str:
    """On one line, since markdown ends markup at an empty one."""
    return escape(text).replace("\n", "&#10;")


def _n(value: float) -> str:
    """A number as short as it can be, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def _cut(
    points: Iterable[tuple[float, float | None]], low: float, high: float
) -> Iterator[tuple[float, float | None]]:
    """Points within two values, with those where the line between them crosses either."""
    low, high = sorted((low, high))
    before: tuple[float, float] | None = None
    for x, y in points:
        if y is None:
            before = None
            yield x, None
            continue
        if before is not None:
            yield from _crossings(before, (x, y), low, high)
        yield x, y if low <= y <= high else None
        before = x, y


def _crossings(
    one: tuple[float, float], other: tuple[float, float], low: float, high: float
) -> Iterator[tuple[float, float]]:
    """Where a straight line crosses two values, from one end to the other."""
    (ax, ay), (bx, by) = one, other
    edges = sorted(
        ((edge - ay) / (by - ay), edge) for edge in (low, high) if (ay - edge) * (by - edge) < 0
    )
    for part, edge in edges:
        yield ax + part * (bx - ax), edge
