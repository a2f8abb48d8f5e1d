"""Tables and accounts as HTML that reads well on screen, on paper and to a screen reader.

Everything that is said is escaped here, and nowhere else is there markup in a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from dashboard import language
from dashboard.exhibits import facts, hidden
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Cell, Drawn, Row, Table
from dashboard.language import tr
from dashboard.words import wording

# A head, and a range, longer than this may break.
_HEAD, _RANGE = 18, 14
# From this many columns on, less room stands between them.
_MANY = 8
# A part of an account no longer than this stays on one line.
_SHORT = 60
_KEEP = ' class="zl-keep"'
# How far an interval reaches from the middle of its mark, in percents: not to the edge.
_WIDTH = 50
_LOOKS = {
    "bestand": '<span class="zl-file">{}</span>',
    "regel": '<span class="zl-nowrap">{}</span>',
    "zin": '<div class="zl-long">{}</div>',
    "niveau": '<span class="zl-level">{}</span>',
    "oordeel": '<div class="zl-verdict">{}</div>',
    "zacht": '<span class="zl-soft">{}</span>',
}


def table(shown: Table, tall: int = 0, told: Mapping[hidden.Key, str] | None = None) -> str:
    """The table as HTML; within `tall` pixels it scrolls. `told`: what a click on a figure without
    a number says; None where nobody can click."""
    unseen = "" if shown.show_caption else ' class="zl-sr"'
    heads = "".join(
        f'<th scope="col"{_head(head, index in shown.numeric)}>{escape(head)}</th>'
        for index, head in enumerate(shown.heads)
    )
    limit = f' style="max-height:{tall}px"' if tall else ""
    return (
        f'<div class="zl-scroll{" zl-list" * bool(tall)}"{limit} tabindex="0" role="region" '
        f'aria-label="{escape(shown.caption)}">'
        f'<table class="zl{" zl-many" * (len(shown.heads) >= _MANY)}"><caption><span{unseen}>'
        f"{escape(shown.caption)}</span></caption><thead><tr>{heads}</tr></thead><tbody>"
        f"{''.join(_row(row, told) for row in shown.rows)}</tbody></table></div>"
    )


def _head(head: str, numeric: bool) -> str:
    """A long head breaks over lines; a short one stays whole."""
    names = ["zl-num"] * numeric + ["zl-wrap"] * (len(head) > _HEAD)
    return f' class="{" ".join(names)}"' if names else ""


def _row(row: Row, told: Mapping[hidden.Key, str] | None) -> str:
    head, *rest = row.cells
    cells = "".join(f"<td{_numeric(one.number)}>{_asked(one, told)}</td>" for one in rest)
    mark = ' class="zl-now"' if row.now else ""
    return f'<tr{mark}><th scope="row">{cell(head)}</th>{cells}</tr>'


def _asked(shown: Cell, told: Mapping[hidden.Key, str] | None) -> str:
    """A cell; one without a number opens, and says why."""
    body = cell(shown)
    if shown.hidden is None or told is None:
        return body
    name, *place = shown.hidden
    why = told.get(shown.hidden, "") if place else wording.status_sentence(name)
    if not why:
        return body
    ask = f'<span class="zl-sr"> {escape(tr("waarom?"))}</span>'
    return (
        f'<details class="zl-why"><summary>{body}{ask}</summary>'
        f"<span>{language.html(why)}</span></details>"
    )


def cell(shown: Cell) -> str:
    """One cell."""
    body = language.html(shown.words)
    if shown.leads:
        return f'<a href="{escape(shown.leads)}">{body}</a>'
    if shown.drawn is not None:
        return _drawn(shown.drawn, body)
    if shown.look == "stip":
        spoken = escape(shown.spoken)
        heard = f'<span class="zl-sr"> {spoken}</span>'
        return f'<span class="zl-dot" title="{spoken}">{body}{heard}</span>'
    if not shown.below and shown.number and len(shown.words) > _RANGE:
        # A long range may break, but no amount in it.
        return f'<span class="zl-free">{body.replace("€ ", "€&nbsp;")}</span>'
    if not shown.below:
        return _LOOKS.get(shown.look, "{}").format(body) if body else ""
    below = language.html(shown.below)
    if shown.number:
        return f'{body} <span class="zl-range">({below})</span>'
    if shown.look == "zin":
        return f'<div class="zl-long">{body}. {below}</div>'
    heard = ' class="zl-sr"' if shown.again else ""
    return f'<div class="zl-promise"><span{heard}>{body} </span><small>{below}</small></div>'


def _drawn(mark: Drawn, heard: str) -> str:
    """Estimate and interval against nothing at all."""
    dot = _across(mark.value)
    bar = ""
    if mark.low is not None and mark.high is not None:
        left, right = sorted((_across(mark.low), _across(mark.high)))
        bar = f'<i class="zl-bar" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
    return (
        f'<div class="zl-forest{" zl-sure" * mark.sure}"><i class="zl-zero"></i>{bar}'
        f'<i class="zl-point" style="left:{dot:.1f}%"></i>'
        f'<span class="zl-sr">{heard}</span></div>'
    )


def _across(value: float) -> float:
    return _WIDTH * (1 + value)


def _numeric(yes: bool) -> str:
    return ' class="zl-num"' if yes else ""


def terms(rows: Sequence[tuple[str, str]]) -> str:
    """Terms with what is said of each."""
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{language.html(said)}</td></tr>"
        for name, said in rows
    )
    return f'<div class="zl-scroll"><table class="zl zl-def"><tbody>{body}</tbody></table></div>'


def caption(account: Facts) -> str:
    """The line under a figure; a part breaks over lines only when it is long."""
    spans = (
        f"<span{_KEEP if len(part) <= _SHORT else ''}>{escape(part)}</span> "
        for part in facts.parts(account)
    )
    return f'<p class="zl-facts">{"".join(spans)}</p>'


def about(account: Facts) -> str:
    """Everything behind a figure."""
    body = "".join(
        f"<dt>{escape(name)}</dt><dd>{language.html(value)}</dd>"
        for name, value in facts.terms(account)
    )
    return f'<dl class="zl-about">{body}</dl>'
