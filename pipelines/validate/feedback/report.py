"""A judged delivery -> what its supplier is told, in the supplier's own words.

Pure: from the raw text, the layout and the findings to frozen rows that the workbook and the page
only have to set out. The supplier's rows come back as they were delivered, in their own order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl

from pipelines.contracts import Column, Contracts, Dataset
from pipelines.ingest import stage
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.headings import normal
from pipelines.ingest.layout import Layout, Match
from pipelines.ingest.notation import DATE_FORMATS
from pipelines.ingest.read import TextFrame
from pipelines.validate.check import KIND_IN_WORDS, Check
from pipelines.validate.checks import checks
from pipelines.validate.comparison import Differences, Question

State = Literal["fout", "waarschuwing", "niet_gecontroleerd", "aanvaard"]

STATE_IN_WORDS: Mapping[State, str] = {
    "fout": "Fout: rij apart gehouden",
    "waarschuwing": "Waarschuwing: rij meegeteld",
    "niet_gecontroleerd": "Niet gecontroleerd",
    "aanvaard": "Aanvaard",
}
SORT_IN_WORDS: Mapping[str, str] = {
    "type": "niet te lezen",
    "verplicht": "leeg, maar verplicht",
    "code": "onbekende code",
    "patroon": "andere vorm dan afgesproken",
    "bereik": "buiten het bereik",
    "uniek": "dubbel",
    "verwijzing": "onbekend in de andere dataset",
}
MIDNIGHT = " 00:00:00"  # a date cell of a worksheet arrives with it
MOST_VALUES = 50  # unknown codes named per column
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Reported:
    """One finding. `columns`: the supplier's headers; `cells`: their places in `Table.headers`.

    `rows`: the first that fail; `count`: how many do. `short`: what is wrong in a few
    words; `note`: who accepted it, why and until when.
    """

    rule: str
    state: State
    severity: str
    columns: tuple[str, ...]
    cells: tuple[int, ...]
    rows: tuple[int, ...]
    count: int
    short: str
    message: str
    allowed: str
    remedy: str
    owner: str
    note: str = ""


@dataclass(frozen=True)
class Unused:
    """Something of the delivery that was unknown or not used; `count` is None where none fits."""

    sort: str
    what: str
    count: int | None
    why: str


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
    headers = _headers(delivery)
    promised |= {f["rule"]: _as_found(f, dataset) for f in findings if f["rule"] not in promised}
    reported = [_reported(f, promised[f["rule"]], delivery.match, dataset) for f in findings]
    order = list(STATE_IN_WORDS)
    reported.sort(key=lambda f: (order.index(f.state), -f.count))
    failing = {row for f in reported if f.state in ("fout", "waarschuwing") for row in f.rows}
    return Report(
        heading=heading(delivery, dataset.title),
        rows_in=rows_in,
        accepted=accepted,
        quarantined=quarantined,
        findings=tuple(reported),
        unused=tuple(_unused(delivery, dataset, contracts, findings, promised)),
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


def _headers(delivery: Delivery) -> tuple[str, ...]:
    """The header row as delivered, up to the last column that holds anything."""
    frame = delivery.text.frame.filter(pl.col("rij") >= delivery.match.header_row)
    names = delivery.text.columns
    filled = [i for i, name in enumerate(names) if frame[name].null_count() < frame.height]
    cells = frame.row(0)[1:]
    return tuple((cells[i] or "").strip() for i in range(max(filled, default=-1) + 1))


def _rows(text: TextFrame, wanted: set[int], width: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    chosen = text.rows(wanted)
    from_sheet = text.origin == "werkblad"
    for number, *cells in chosen.iter_rows():
        values = (cell or "" for cell in cells[:width])
        yield number, tuple(v.removesuffix(MIDNIGHT) if from_sheet else v for v in values)


# Findings in the supplier's words -------------------------------------------------------------


def _reported(finding: Mapping[str, Any], check: Check, match: Match, dataset: Dataset) -> Reported:
    columns = [dataset.column(name) for name in check.columns]
    accepted = finding.get("accepted")
    state: State = finding["severity"]
    if finding["outcome"] == "niet_gecontroleerd":
        state = "niet_gecontroleerd"
    elif accepted:
        state = "aanvaard"
    rows = tuple(dict.fromkeys(finding["rows"]))
    return Reported(
        rule=check.id,
        state=state,
        severity=finding["severity"],
        columns=tuple(_own_name(c, match) for c in columns),
        cells=tuple(int(match.places[c.name][1:]) for c in columns if c.name in match.places),
        rows=rows,
        count=finding["count"] if finding["count"] > len(finding["rows"]) else len(rows),
        short=_short(check, columns, match),
        message=_in_own_words(finding["message"], check, match, words=False),
        allowed=_allowed(check, columns[0], match.layout),
        remedy=_in_own_words(finding["remedy"], check, match, words=check.sort in SORT_IN_WORDS),
        owner=check.owner,
        note=_acceptance(accepted) if accepted else "",
    )


def _as_found(finding: Mapping[str, Any], dataset: Dataset) -> Check:
    """A check that belongs to this delivery's layout and not to the contract, from its finding."""
    return Check(
        id=finding["rule"],
        sort="regel",
        severity=finding["severity"],
        dimension=finding["dimension"],
        columns=tuple(finding["columns"]),
        fails="",
        message=finding["message"],
        remedy=finding["remedy"],
        owner=dataset.owner,
    )


def _acceptance(accepted: Mapping[str, str]) -> str:
    return (
        f"Aanvaard tot en met {dutch_date(accepted['until'])} door {accepted['by']}:"
        f" {accepted['reason']}"
    )


def dutch_date(iso: str) -> str:
    """2026-07-31 -> 31-07-2026."""
    return "-".join(reversed(iso.split("-")))


def _own_name(column: Column, match: Match) -> str:
    if column.name in match.headers:
        return match.headers[column.name]
    wide = match.layout.unpivot
    if wide and column.name in (wide.name_to, wide.value_to):
        return f"{column.label} (meer kolommen)"
    return f"{column.label} (niet in uw bestand)"


def _short(check: Check, columns: Sequence[Column], match: Match) -> str:
    names = " + ".join(_own_name(c, match) for c in columns)
    if check.sort == "type":
        return f"{names}: niet te lezen als {KIND_IN_WORDS[columns[0].kind]}"
    said = SORT_IN_WORDS.get(check.sort) or check.message.partition(". ")[0].rstrip(".")
    return f"{names}: {said}"


def _in_own_words(text: str, check: Check, match: Match, *, words: bool) -> str:
    return _with_headers(text, check.columns, match, words=words)


def _with_headers(text: str, columns: Sequence[str], match: Match, *, words: bool) -> str:
    """The contract's column names become the supplier's headers.

    A name without underscore may be an ordinary word: it stays, unless `words`.
    """
    for name in sorted(columns, key=len, reverse=True):
        own = match.headers.get(name)
        if own and normal(own) != name and ("_" in name or words):
            parts = re.split(rf"(?<!\w){re.escape(name)}(?!\w)", text)
            text = f"'{own}'".join(parts)
    return text


def _allowed(check: Check, column: Column, layout: Layout) -> str:
    """What may stand in the cell, where the message does not say so already."""
    if check.sort == "code" and layout.codes.get(column.name):
        return f"Ook toegestaan, in uw eigen woorden: {', '.join(layout.codes[column.name])}."
    if check.sort != "type":
        return ""
    if column.kind == "datum":
        names = {directive: name for name, directive in DATE_FORMATS.items()}
        return f"Een bestaande datum, geschreven als {names[layout.date_format(column.name)]}."
    if column.kind == "getal":
        sign = "komma" if layout.decimal == "komma" else "punt"
        return f"Een getal met een {sign} voor de decimalen."
    if column.kind == "geheel":
        return "Een geheel getal, zonder tekst of teken erbij."
    return "J of N (ook ja en nee)."


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
        remedy=_with_headers(question.remedy, question.columns, match, words=True),
    )


def answer(question: Question) -> str:
    """Who answered a question, why and until when; empty when nobody did."""
    return _acceptance(question.accepted) if question.accepted else ""


# Unknown or not used --------------------------------------------------------------------------


def _unused(
    delivery: Delivery,
    dataset: Dataset,
    contracts: Contracts,
    findings: Sequence[Mapping[str, Any]],
    promised: Mapping[str, Check],
) -> Iterator[Unused]:
    yield from _unused_columns(delivery, dataset)
    for finding in findings:
        check = promised[finding["rule"]]
        if check.sort == "code" and finding["rows"] and not finding.get("accepted"):
            yield from _unknown_codes(
                delivery, dataset.column(check.columns[0]), contracts, finding["rows"]
            )
    yield from _rows_left_out(delivery)
    for finding in findings:
        if finding["outcome"] == "niet_gecontroleerd":
            columns = [dataset.column(c) for c in promised[finding["rule"]].columns]
            named = ", ".join(_own_name(c, delivery.match) for c in columns)
            yield Unused("Controle niet uitgevoerd", named, None, str(finding["message"]))


def _unused_columns(delivery: Delivery, dataset: Dataset) -> Iterator[Unused]:
    match = delivery.match
    used = {*match.places.values(), *match.unpivoted, match.sent}
    for index, header in enumerate(_headers(delivery)):
        if header and f"c{index}" not in used:
            yield Unused(
                "Kolom niet gebruikt", header, None, "Bekend in uw indeling, maar niet nodig."
            )
    wide = match.layout.unpivot
    given = {*match.places, *match.layout.constants}
    given |= {wide.name_to, wide.value_to} if wide else set()
    for column in dataset.columns:
        if column.name not in given:
            yield Unused(
                "Kolom niet geleverd",
                f"{column.label} ({column.name})",
                None,
                "Mag ontbreken; cijfers die deze kolom nodig hebben, blijven leeg.",
            )


def _unknown_codes(
    delivery: Delivery, column: Column, contracts: Contracts, rows: Sequence[int]
) -> Iterator[Unused]:
    place = delivery.match.places.get(column.name)
    if place is None or column.codes is None:
        return
    layout = delivery.match.layout
    cells = delivery.text.rows(set(rows))[place].drop_nulls().to_list()
    if column.kind == "lijst":
        known = {
            normal(word)
            for code in contracts.codes[column.codes].values()
            for word in (code.code, code.label_nl, *code.spellings)
        } | {normal(word) for word in layout.codes.get(column.name, ())}
        items = (item.strip() for cell in cells for item in cell.split(layout.list_separator))
        cells = [item for item in items if item and normal(item) not in known]
    counts = Counter(fit_to_show(cell) for cell in cells)
    own = _own_name(column, delivery.match)
    for value, count in counts.most_common(MOST_VALUES):
        yield Unused(
            "Onbekende code",
            f"{own}: {value}",
            count,
            f"Staat niet in de codelijst {column.codes} en niet in uw indeling.",
        )
    if len(counts) > MOST_VALUES:
        rest = sum(n for _, n in counts.most_common()[MOST_VALUES:])
        more = len(counts) - MOST_VALUES
        yield Unused("Onbekende code", f"{own}: nog {more} andere waarden", rest, "Zie uw rijen.")


def fit_to_show(value: str) -> str:
    """A value as it may stand in a list: what could be somebody's data is masked."""
    text = " ".join(value.split())
    if len(text) > LONGEST_VALUE or re.search(r"\d{5,}|@", text):
        return "(afgeschermde waarde)"
    return text


def _rows_left_out(delivery: Delivery) -> Iterator[Unused]:
    """Rows that are no registration: blank ones, the totals row, and answers that were not sent, as
    staging leaves them out."""
    empty: list[int] = []
    totals: list[int] = []
    unsent: list[int] = []
    for part in delivery.text.parts():
        left_out = stage.left_out(part, delivery.match)
        empty += left_out.blank
        totals += left_out.totals
        unsent += left_out.unsent
    if empty:
        yield Unused("Rij overgeslagen", in_ranges(empty), len(empty), "De rij is leeg.")
    if unsent:
        told = "De antwoorden zijn ingevuld en niet verzonden."
        yield Unused("Rij overgeslagen", in_ranges(unsent), len(unsent), told)
    if totals:
        yield Unused(
            "Rij overgeslagen",
            in_ranges(totals),
            len(totals),
            f"Begint met '{delivery.match.layout.totals_row}': een totaalregel is geen"
            " registratie.",
        )


def in_ranges(rows: Sequence[int], longest: int = 1000, sheet: str = "Uw rijen") -> str:
    """3, 4, 5, 9 -> '3-5, 9'; cut off after `longest` characters, and then said so."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    parts = [str(a) if a == b else f"{a}-{b}" for a, b in spans]
    text = ", ".join(parts)
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(", ")[0] + f", ... (zie het blad '{sheet}')"
