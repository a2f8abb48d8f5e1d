"""What a chart shows, told in values: the one description that every medium draws from.

Pages draw it with Plotly (`dashboard/render/screen.py`), slides with PowerPoint's own charts, paper
with typst. A new kind is one `Kind` here and one arm in the `ARMS` of each medium. No Streamlit, no
colours and no places in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

# Through the years, one bar per category, estimates with intervals, steps from gross to net.
Reported = Literal["jaren", "staven", "schattingen", "stappen"]
# A small line beside a sentence, several lines, two points per row, units beside each other, units
# against their size, two sides of shares, periods around a start, amounts per year along routes,
# curves, drivers of an outcome, streams, and a map.
Kind = (
    Reported
    | Literal[
        "klein",
        "lijnen",
        "spannen",
        "naast",
        "trechter",
        "paren",
        "studie",
        "routes",
        "krommen",
        "tornado",
        "stromen",
        "kaart",
    ]
)
KINDS: tuple[Kind, ...] = tuple(kind for part in get_args(Kind) for kind in get_args(part))

Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Mark:
    """One value of a chart; without a value it is hidden or absent and `text` says so.

    `strong`: what the reader asked for, or a total. `told`: what is said when it is pointed at, in
    lines. `joined`: a line may come here from the mark before it. `sign`: of what happened then.
    `at`: its place across, where that is a number. `far`: further than chance explains. `shade`:
    its class on a map. `unit`: the code of the area it stands for, which a reader can go to.
    """

    label: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    strong: bool = False
    told: tuple[str, ...] = ()
    joined: bool = True
    sign: str = ""
    at: float = 0.0
    far: bool = False
    shade: int = -1
    unit: str = ""

    @property
    def reach(self) -> float:
        """How far it comes with its interval; zero without a value."""
        return self.high if self.high is not None else self.value or 0.0


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, with round ones among them in words."""

    low: float
    high: float
    ticks: Ticks = ()
    title: str = ""


@dataclass(frozen=True)
class Series:
    """Named marks that belong together; `quiet` is context, `strong` what the reader asked for.

    `end`: the value at its last mark, in words.
    """

    name: str
    marks: tuple[Mark, ...]
    quiet: bool = False
    strong: bool = False
    end: str = ""


@dataclass(frozen=True)
class Curve:
    """A smooth line behind the marks, named at its end; `inner` is the narrower of two limits."""

    name: str
    points: tuple[tuple[float, float], ...]
    inner: bool = False
    middle: bool = False


@dataclass(frozen=True)
class Area:
    """The outline of a mark on a map, in units that are equal in both directions."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    middle: tuple[float, float]


@dataclass(frozen=True)
class Chart:
    """A chart, told in values. `form`: how a spreadsheet writes them; `name`: what they are.

    `norm` is a line to hold them against, with its label. Several series stand
    over the same `steps`, or along `across`; `start`: the number of steps before something began.
    `areas` belong to `marks`, and `classes` say what their shades mean.
    """

    kind: Kind
    marks: tuple[Mark, ...]
    axis: Axis
    form: str
    name: str
    norm: tuple[float, str] | None = None
    series: tuple[Series, ...] = ()
    steps: tuple[str, ...] = ()
    across: Axis | None = None
    start: int = 0
    curves: tuple[Curve, ...] = ()
    areas: tuple[Area, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def longest(self) -> int:
        """How many marks stand beside each other, in the longest of its series."""
        return max(map(len, (self.marks, *(one.marks for one in self.series))))

    @property
    def units(self) -> frozenset[str]:
        """The areas that its marks stand for, by code."""
        every = (*self.marks, *(mark for one in self.series for mark in one.marks))
        return frozenset(mark.unit for mark in every if mark.unit)

    @property
    def spans(self) -> list[tuple[float, float]]:
        """From where to where each step reaches, low end first; a total stands on the axis."""
        running, found = 0.0, []
        for mark in self.marks:
            value = mark.value or 0.0
            start, running = (0.0, value) if mark.strong else (running, running + value)
            found.append((min(start, running), max(start, running)))
        return found
