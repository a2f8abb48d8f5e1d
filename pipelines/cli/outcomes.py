"""What a person reads about deliveries: outcomes, findings, differences, treatments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.console import people, print_json, standard_output

if TYPE_CHECKING:
    from pipelines.delivery.outcome import Outcome

_STATUS = {
    "accepted": "geladen",
    "unchanged": "ongewijzigd",
    "replaced": "vervangen",
    "withdrawn": "ingetrokken",
    "refused": "geweigerd",
}


def show_outcomes(outcomes: Iterable[Outcome], *, kept: bool = True) -> None:
    """`kept`: False where nothing was loaded, only looked at."""
    listed = list(outcomes)
    words = _STATUS if kept else _STATUS | {"accepted": "gelezen"}
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("levering", overflow="fold")
    table.add_column("dataset")
    table.add_column("uitkomst")
    for title in ("rijen", "goedgekeurd", "apart gehouden"):
        table.add_column(title, justify="right")
    for o in listed:
        numbers = ("", "", "") if o.status == "refused" else (o.rows_in, o.accepted, o.quarantined)
        table.add_row(o.file, o.dataset or "-", words[o.status], *(str(n) for n in numbers))
    people.print(table)
    for o in listed:
        for finding in o.findings:
            if not finding.get("accepted"):
                people.print(finding_line(o, finding), markup=False, soft_wrap=True)
        if o.differences and o.status == "accepted":
            people.print(f"{o.file}: {o.differences.sentence}", markup=False, soft_wrap=True)
        for question in o.questions:
            if not question.accepted:
                people.print(
                    f"{o.file}: vraag: {question.message} {question.remedy}",
                    markup=False,
                    soft_wrap=True,
                )
        if o.status == "replaced" and o.message:
            people.print(f"{o.file}: {o.message}", markup=False, soft_wrap=True)
        if o.expired:
            people.print(
                f"{o.file}: rijen voorbij de bewaartermijn zijn verwijderd, en daarmee de"
                " terugkoppeling.",
                markup=False,
                soft_wrap=True,
            )
    accepted = sum(1 for o in listed for f in o.findings if f.get("accepted"))
    accepted += sum(1 for o in listed for q in o.questions if q.accepted)
    if accepted:
        people.print(
            f"Aanvaard en niet meer gemeld: {accepted}"
            f" {'bevinding' if accepted == 1 else 'bevindingen'} ('zichtlijn accept --list').",
            markup=False,
        )


def show_folded(folded: Sequence[tuple[str, ...]]) -> None:
    """Tables that the release leaves out: for the analyst, on standard error."""
    if not folded:
        return
    years: dict[str, list[str]] = {}
    for metric, cut, level, year in folded:
        table = f"{metric}{f' naar {cut}' if cut else ''} per {level}"
        years.setdefault(table, []).append(year)
    named = "; ".join(f"{table} ({', '.join(of)})" for table, of in years.items())
    people.print(
        "Weggelaten, omdat de tabel anders kleine aantallen zou verraden. Dit is voor de analist en"
        f" staat in geen publicatie; deel het niet. {named}.",
        markup=False,
        soft_wrap=True,
    )


def show_feedback(outcomes: Iterable[Outcome], folder: Path) -> None:
    """Where the feedback lies, and which could not be written."""
    wanted = [o for o in outcomes if o.status not in {"replaced", "withdrawn"} and not o.expired]
    for o in wanted:
        if not o.feedback:
            people.print(
                f"De terugkoppeling op {o.file} kon niet worden geschreven; staat zij nog open?",
                markup=False,
            )
    if any(o.feedback for o in wanted):
        people.print(f"De terugkoppeling per levering staat in {folder}.", markup=False)


def show_differences(file: str, found: Any) -> None:
    """Counts and row numbers; never a key."""
    from pipelines.validate.comparison import MEANING, SORT_IN_WORDS
    from pipelines.validate.feedback.unused import in_ranges

    people.print(
        f"{file} vervangt {found.file} (kenmerk {found.replaced}); {found.same} rijen zijn gelijk.",
        markup=False,
    )
    if not found.total:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("verschil")
    table.add_column("rijen", justify="right")
    for title in ("rij in het bestand", "betekenis"):
        table.add_column(title, overflow="fold")
    for sort, count in found.counts.items():
        where = in_ranges(found.numbers(sort), 200, "Verschillen")
        table.add_row(SORT_IN_WORDS[sort].lower(), str(count), where or "-", MEANING[sort])
    standard_output().print(table)
    if found.columns:
        changed = ", ".join(f"{column} {count}" for column, count in found.columns.items())
        people.print(f"Gewijzigde cellen per kolom: {changed}.", markup=False)


def show_accepted(found: Iterable[Any], *, as_json: bool) -> None:
    if as_json:
        print_json({"accepted": [a.as_dict() for a in found]})
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("regel", "leverancier", "kolom", "reden", "door", "tot en met"):
        table.add_column(title, overflow="fold")
    for a in found:
        table.add_row(a.rule, a.supplier, a.column or "-", a.reason, a.by, f"{a.until:%d-%m-%Y}")
    Console(highlight=False).print(table)


def show_treatments(report: Any) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("kolom", "wat ermee is gedaan", "toelichting"):
        table.add_column(title, overflow="fold")
    for c in report.columns:
        table.add_row(Text(c.column), c.done, Text(c.reason))
    people.print(table)
    for note in report.notes:
        people.print(note, markup=False)
    rows = f"{report.rows} rij" if report.rows == 1 else f"{report.rows} rijen"
    people.print(f"{rows} geschreven naar {report.out}.", markup=False)


def finding_line(outcome: Outcome, finding: dict[str, Any]) -> str:
    if outcome.status == "refused":
        return f"{outcome.file}: {finding['message']}"
    # A row of a wide table holds more registrations, each of which may break the same rule.
    rows: list[int] = list(dict.fromkeys(finding["rows"]))
    where = ""
    if rows:
        shown = ", ".join(str(r) for r in rows[:8]) + (" ..." if len(rows) > 8 else "")
        count = finding["count"]
        where = f" [{count} {'rij' if count == 1 else 'rijen'}: {shown}]"
        if len(rows) < len(finding["rows"]):
            where = f" [{count} keer, in rij {shown}]"
    advice = f" {finding['remedy']}" if finding["outcome"] == "gevonden" else ""
    return f"{outcome.file}: {finding['severity']} {finding['message']}{where}{advice}"
