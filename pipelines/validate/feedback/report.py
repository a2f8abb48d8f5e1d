"""A judged delivery -> what its supplier is told, in the supplier's own words.

Pure: from the raw text, the layout and the findings to frozen rows that the workbook and the page
only have to set out. The supplier's rows come back as they were delivered, in their own order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.contracts import Contracts
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.layout import Match
from pipelines.ingest.read import TextFrame
from pipelines.validate.checks import checks
from pipelines.validate.comparison import Differences, Question
from pipelines.validate.feedback import own_words
from pipelines.validate.feedback.own_words import STATE_IN_WORDS, Reported, acceptance, with_headers
from pipelines.validate.feedback.unused import Unused, delivered_headers, not_used

MIDNIGHT = " 00:00:00"  # a date cell of a worksheet arrives with it


@dataclass(frozen=True)
class Table:
    """The supplier's failing rows: (row number, cells as delivered), `headers` wide."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Heading:
    """Which delivery this is about; `dataset` and `period` are empty when nobody could tell."""

    delivery: str
    file: str
    sheet: str
    dataset: str
    supplier: str
    period: str


@dataclass(frozen=True)
class Report:
    """All that one feedback says. `refusal` is the sentence that refused the delivery, or empty."""

    heading: Heading
    rows_in: int
    accepted: int
    quarantined: int
    refusal: str = ""
    findings: tuple[Reported, ...] = ()
    unused: tuple[Unused, ...] = ()
    table: Table = Table((), ())
    differences: Differences | None = None
    questions: tuple[Question, ...] = ()

    @property
    def open(self) -> tuple[Reported, ...]:
        """Findings that ask something of the supplier."""
        return tuple(f for f in self.findings if f.state in ("fout", "waarschuwing"))

    @property
    def verdict(self) -> str:
        """The outcome in a sentence or two."""
        if self.refusal:
            return "De levering is geweigerd. Er is niets van geladen."
        asked = len(self.open_questions)
        asking = f" Er {'is 1 vraag' if asked == 1 else f'zijn {asked} vragen'}." if asked else ""
        if not self.findings:
            return f"Alles goedgekeurd: {counted(self.rows_in)} gelezen, geen bevindingen.{asking}"
        took = f"{counted(self.rows_in)} gelezen, {self.accepted} goedgekeurd"
        took += f" en {self.quarantined} apart gehouden." if self.quarantined else "."
        warned = {row for f in self.findings if f.state == "waarschuwing" for row in f.rows}
        if warned:
            took += f" Bij {counted(len(warned))} staat een waarschuwing."
        return (took if self.open else f"{took} U hoeft niets te herstellen.") + asking

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Questions that nobody answered yet."""
        return tuple(q for q in self.questions if not q.accepted)

    @property
    def about(self) -> list[tuple[str, str]]:
        """Label and text of everything that tells this delivery from another."""
        heading = self.heading
        rows = (
            f"{self.rows_in} gelezen, {self.accepted} goedgekeurd,"
            f" {self.quarantined} apart gehouden"
        )
        known = [
            ("Bestand", heading.file),
            ("Werkblad", heading.sheet),
            ("Dataset", heading.dataset),
            ("Leverancier", heading.supplier),
            ("Periode", heading.period),
            ("Kenmerk", heading.delivery),
            ("Rijen", "" if self.refusal else rows),
        ]
        return [(label, text) for label, text in known if text]


def counted(rows: int) -> str:
    return "1 rij" if rows == 1 else f"{rows} rijen"


def refused(heading: Heading, sentence: str) -> Report:
    """A refused delivery: the sentence, and nothing of what was delivered."""
    return Report(heading, 0, 0, 0, refusal=sentence)


def build(
    delivery: Delivery,
    contracts: Contracts,
    findings: Sequence[Mapping[str, Any]],
    *,
    rows_in: int,
    accepted: int,
    quarantined: int,
    differences: Differences | None = None,
    questions: Sequence[Question] = (),
) -> Report:
    """`findings`: as an outcome reports them (rule, severity, outcome, rows, message, remedy and,
    where somebody accepted it, `accepted`).
    """
    dataset = contracts.dataset(delivery.dataset)
    promised = {c.id: c for c in checks(dataset, contracts, filled=frozenset())}
    headers = delivered_headers(delivery)
    promised |= {
        f["rule"]: own_words.as_found(f, dataset) for f in findings if f["rule"] not in promised
    }
    told = [own_words.reported(f, promised[f["rule"]], delivery.match, dataset) for f in findings]
    order = list(STATE_IN_WORDS)
    told.sort(key=lambda f: (order.index(f.state), -f.count))
    failing = {row for f in told if f.state in ("fout", "waarschuwing") for row in f.rows}
    return Report(
        heading=heading(delivery, dataset.title),
        rows_in=rows_in,
        accepted=accepted,
        quarantined=quarantined,
        findings=tuple(told),
        unused=tuple(not_used(delivery, dataset, contracts, findings, promised)),
        table=Table(headers, tuple(_rows(delivery.text, failing, len(headers)))),
        differences=_own_differences(differences, delivery.match) if differences else None,
        questions=tuple(_own_question(q, delivery.match) for q in questions),
    )


def heading(delivery: Delivery, title: str) -> Heading:
    return Heading(
        delivery=delivery.id,
        file=delivery.file,
        sheet=delivery.text.sheet,
        dataset=title,
        supplier=delivery.supplier,
        period=delivery.period,
    )


# The supplier's rows --------------------------------------------------------------------------


def _rows(text: TextFrame, wanted: set[int], width: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    chosen = text.rows(wanted)
    from_sheet = text.origin == "werkblad"
    for number, *cells in chosen.iter_rows():
        values = (cell or "" for cell in cells[:width])
        yield number, tuple(v.removesuffix(MIDNIGHT) if from_sheet else v for v in values)


# Findings in the supplier's words -------------------------------------------------------------


def _own_differences(found: Differences, match: Match) -> Differences:
    """The same with the supplier's headers for the contract's columns."""
    own = match.headers
    return replace(
        found,
        columns={own.get(name, name): count for name, count in found.columns.items()},
        keys=tuple(own.get(name, name) for name in found.keys),
        rows=tuple(
            replace(row, columns=tuple(own.get(name, name) for name in row.columns))
            for row in found.rows
        ),
    )


def _own_question(question: Question, match: Match) -> Question:
    return replace(
        question,
        columns=tuple(match.headers.get(name, name) for name in question.columns),
        remedy=with_headers(question.remedy, question.columns, match, words=True),
    )


def answer(question: Question) -> str:
    """Who answered a question, why and until when; empty when nobody did."""
    return acceptance(question.accepted) if question.accepted else ""


# Unknown or not used --------------------------------------------------------------------------
