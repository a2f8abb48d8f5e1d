"""One figure with its evidence: what pages, slides, paper, workbooks and files all draw from."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.charts.chart import Chart
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Table
from dashboard.language import tr


@dataclass(frozen=True)
class Exhibit:
    """A figure and what it says. Without a table there is none: `reason` says why.

    `title` is what the figure is called. `message`: what its numbers say, as a heading. `subject`:
    the title with its unit and choice. `alt` describes the chart in words. `lead` stands above the
    chart and `note`, a caution, below it. `lines`: sentences of its own. `events`: what happened in
    the years of the chart.
    """

    title: str
    account: Facts | None = None
    table: Table | None = None
    chart: Chart | None = None
    alt: str = ""
    message: str = ""
    subject: str = ""
    lead: str = ""
    lines: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""
    events: tuple[str, ...] = ()

    @property
    def shown(self) -> bool:
        return self.reason == ""

    @property
    def headline(self) -> str:
        return self.message or self.title

    @property
    def about(self) -> str:
        return self.subject or self.title

    @property
    def cautions(self) -> list[str]:
        """How to read it, and that something is hidden."""
        hidden = self.account is not None and self.account.hidden
        mark = tr(self.account.mark) if self.account is not None and hidden else ""
        return [text for text in (self.note, mark) if text]


def absent(title: str, reason: str, *, message: str = "", subject: str = "") -> Exhibit:
    """In the place of a figure that is not there."""
    return Exhibit(title, message=message, subject=subject, reason=reason)


def checked(exhibit: Exhibit) -> Exhibit:
    """Without its facts a figure is not shown."""
    if exhibit.account is None or not exhibit.account.missing:
        return exhibit
    lacking = ", ".join(exhibit.account.missing)
    reason = tr("Dit cijfer wordt niet getoond: {wat} ontbreekt in de publicatie.", wat=lacking)
    return absent(exhibit.title, reason, subject=exhibit.subject)
