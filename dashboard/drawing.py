"""The part of `plotly.graph_objects` that the charts use, as plain dicts.

Plotly checks every property when it is set, and all annotations again at every new one: for a page
of charts that took four fifths of its time. Nothing is checked here while a reader waits; a test
has plotly itself check every chart of every page. Streamlit sends a plotly figure on as it is, and
would have a dict checked at every view.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plotly.basedatatypes import BaseFigure

# Streamlit's own template is 3 kB a chart; of all it says, this is what the charts are drawn with.
_TEMPLATE = {"data": {"scatter": [{"marker": {"line": {"width": 0}}, "type": "scatter"}]}}

Properties = dict[str, Any]


def Scatter(**told: Any) -> Properties:  # noqa: N802 - as plotly calls it
    return {"type": "scatter", **told}


def Bar(**told: Any) -> Properties:  # noqa: N802
    return {"type": "bar", **told}


def Sankey(**told: Any) -> Properties:  # noqa: N802
    return {"type": "sankey", **told}


class Figure(BaseFigure):  # type: ignore[misc]
    """Collects traces and layout; properties that are None are left out, as plotly does."""

    def __init__(self) -> None:
        self._traces: list[Properties] = []
        self._look: Properties = {"template": _TEMPLATE}

    def to_dict(self) -> Properties:
        return {"data": self._traces, "layout": self._look}

    def to_plotly_json(self) -> Properties:
        return self.to_dict()

    def update_layout(self, **told: Any) -> None:
        _merge(self._look, told)

    def update_xaxes(self, **told: Any) -> None:
        _merge(self._look.setdefault("xaxis", {}), told)

    def update_yaxes(self, **told: Any) -> None:
        _merge(self._look.setdefault("yaxis", {}), told)

    def add_annotation(self, **told: Any) -> None:
        self._look.setdefault("annotations", []).append(_filled(told))

    def add_shape(self, **told: Any) -> None:
        self._look.setdefault("shapes", []).append(_filled(told))

    def add_trace(self, trace: Mapping[str, Any]) -> None:
        self._traces.append(_filled(trace))

    def add_hline(self, y: float, line: Mapping[str, Any]) -> None:
        self.add_shape(type="line", xref="x domain", x0=0, x1=1, y0=y, y1=y, yref="y", line=line)

    def add_vline(self, x: float, line: Mapping[str, Any]) -> None:
        self.add_shape(type="line", yref="y domain", y0=0, y1=1, x0=x, x1=x, xref="x", line=line)


def _merge(into: Properties, told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        if isinstance(value, Mapping):
            _merge(into.setdefault(name, {}), value)
        elif value is None:
            into.pop(name, None)
        else:
            into[name] = value


def _filled(told: Mapping[str, Any]) -> Properties:
    return {
        name: _filled(value) if isinstance(value, Mapping) else value
        for name, value in told.items()
        if value is not None
    }
