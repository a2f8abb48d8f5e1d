"""The command `zichtlijn`: arguments, output and exit codes only.

Exit codes: 0 all accepted, 1 a bug in Zichtlijn, 2 wrong usage, 3 a delivery was refused or rows
were quarantined for a rule that nobody accepted (the rest is still published), 130 broken off with
Ctrl+C. With --json
standard output holds one JSON document and nothing else; everything meant for a person goes to
standard error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text
from typer.exceptions import Abort, Exit, TyperException

from pipelines import contracts, settings
from pipelines.delivery.deliver import Outcome
from pipelines.errors import DeliveryRefused, UsageError, UserError
from pipelines.start import BROKEN_OFF, SENTENCE

OK, BUG, USAGE, NOT_ALL_ACCEPTED = 0, 1, 2, 3

app = typer.Typer(
    name="zichtlijn",
    help="Van registratie-exports naar beschermde cijfers over schoolmaatschappelijk werk"
    " en Zorg In School.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
WIDE = 160  # columns for output that goes to a file or another program
layout_app = typer.Typer(help="Indelingen van leveranciers.", no_args_is_help=True)
app.add_typer(layout_app, name="layout")
evaluation_app = typer.Typer(help="De jaarlijkse evaluatie.", no_args_is_help=True)
app.add_typer(evaluation_app, name="evaluation")
people = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDE)

AsJson = Annotated[bool, typer.Option("--json", help="Geef JSON op standaarduitvoer.")]
Workdir = Annotated[
    Path | None,
    typer.Option("--workdir", help="Map met magazijn en publicaties.", show_default=False),
]


def main() -> None:
    """Entry point of the console command."""
    sys.exit(_guarded(lambda: app(standalone_mode=False)))


def _guarded(call: Callable[[], Any]) -> int:
    """Run a command and give its exit code; no traceback for what a user can mend."""
    try:
        result = call()
    except TyperException as wrong:
        people.print(f"Onjuist gebruik: {wrong.format_message()}", markup=False)
        people.print("Zie 'zichtlijn --help' of 'zichtlijn OPDRACHT --help'.", markup=False)
        return USAGE
    except UserError as mistake:
        people.print(str(mistake), markup=False)
        return USAGE
    except Exit as leaving:
        if leaving.exit_code != BROKEN_OFF:  # how Typer passes on a Ctrl+C
            return leaving.exit_code
        people.print(SENTENCE)
        return BROKEN_OFF
    except (Abort, KeyboardInterrupt):
        people.print(SENTENCE)
        return BROKEN_OFF
    except Exception as bug:  # noqa: BLE001 - the last resort: a bug is reported as one
        return _report_bug(bug)
    return result if isinstance(result, int) else OK


def _report_bug(bug: Exception) -> int:
    """Where it went wrong, without the message: that may hold values of persons."""
    if settings.debugging():
        traceback.print_exception(bug)
        return BUG
    last = traceback.extract_tb(bug.__traceback__)[-1]
    people.print(
        f"Dit is een fout in Zichtlijn ({type(bug).__name__} in {Path(last.filename).name},"
        f" regel {last.lineno}). De vorige publicatie is ongemoeid. Meld dit met deze regel;"
        f" met {settings.DEBUG}=1 ziet u meer, maar dat kan persoonsgegevens bevatten.",
        markup=False,
    )
    return BUG


def _out() -> Console:
    """For a table that is the answer itself: standard output, wide where that is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def _progress(items: Iterable[Any], what: str) -> Iterable[Any]:
    """A progress bar on standard error; nothing where that is no terminal."""
    listed = list(items)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=people,
        transient=True,
        disable=not people.is_terminal,
    ) as bar:
        yield from bar.track(listed, description=what)


@app.command("demo-data")
def demo_data(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Waar de leveringen komen.")],
    seed: Annotated[int, typer.Option(help="Zelfde getal, zelfde leveringen.")] = 2026,
    as_json: AsJson = False,
) -> int:
    """Maak verzonnen leveringen van twee gemeenten in DIR/inbox."""
    from pipelines.demo import deliveries

    planted = deliveries.write(folder, seed)
    files = sorted(p.name for p in (folder / "inbox").iterdir())
    if as_json:
        _print_json(
            {"inbox": str(folder / "inbox"), "files": files, "planted": len(planted.fouten)}
        )
    else:
        people.print(f"{len(files)} leveringen staan in {folder / 'inbox'}.", markup=False)
    return OK


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Te controleren.")],
    feedback: Annotated[
        Path | None,
        typer.Option("--feedback", metavar="DIR", help="Schrijf hier de terugkoppeling."),
    ] = None,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Controleer bestanden zonder ze in te lezen; er wordt niets bewaard."""
    from pipelines.delivery import intake

    outcomes = intake.check(files, workdir, feedback=feedback, progress=_progress)
    if as_json:
        _print_json({"deliveries": [o.as_dict() for o in outcomes]})
    else:
        _show_outcomes(outcomes)
        if feedback is not None:
            _show_feedback(outcomes, feedback)
    return OK if all(o.clean for o in outcomes) else NOT_ALL_ACCEPTED


@app.command()
def run(
    inbox: Annotated[Path, typer.Argument(metavar="INBOX", help="Map met leveringen.")],
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help="Wat telt: duckdb (gewoon) of spark (zie ENGINES.md).",
            show_default=False,
        ),
    ] = None,
    sure: Annotated[
        bool,
        typer.Option(
            "--ja", help="Ga door waar de opdracht anders stopt en vraagt of rijen weg mogen."
        ),
    ] = False,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Lees de leveringen in, reken alles uit en publiceer de beschermde cijfers."""
    from pipelines import run as story

    folder = workdir or settings.default_workdir()
    report = story.run(inbox, folder, engine=engine, progress=_progress, sure=sure)
    if as_json:
        _print_json(report.as_dict())
    else:
        _show_outcomes(report.deliveries)
        _show_feedback(report.deliveries, report.feedback)
        people.print(f"Publicatie {report.release.id} staat klaar.", markup=False)
        _show_folded(report.folded)
        if report.unproved:
            people.print(f"Zij heeft geen bewijs. {report.unproved}", markup=False, soft_wrap=True)
    return OK if report.clean else NOT_ALL_ACCEPTED


@app.command()
def accept(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="De regel, als in de bevinding.")
    ] = None,
    supplier: Annotated[str, typer.Option("--supplier", help="Leverancier.")] = "",
    column: Annotated[str, typer.Option("--column", help="Alleen voor deze kolom.")] = "",
    reason: Annotated[
        str, typer.Option("--reason", help="Waarom dit goed is zo, of niet meer.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Wie dit aanvaardt of intrekt.")] = "",
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=["%Y-%m-%d", "%d-%m-%Y"], help="Tot en met, als 2027-07-31."
        ),
    ] = None,
    withdrawn: Annotated[
        bool, typer.Option("--withdraw", help="Trek de aanvaarding in: de bevinding telt weer.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Toon wat nu aanvaard is.")] = False,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Aanvaard een bevinding van een leverancier tot een datum; zij wordt dan niet meer gemeld."""
    from pipelines.delivery import lifecycle
    from pipelines.warehouse.acceptances import Acceptance

    folder = workdir or settings.default_workdir()
    if withdrawn:
        if rule is None or until is not None or listed or not supplier:
            raise UsageError("Geef bij --withdraw RULE, --supplier, --reason en --by.")
        lifecycle.take_back(folder, rule, supplier, column, reason=reason, by=by)
        people.print(f"De aanvaarding van {rule} van {supplier} is ingetrokken.", markup=False)
    elif not listed:
        if rule is None or until is None or not supplier:
            raise UsageError(
                "Geef RULE, --supplier, --reason, --by en --until; of --list om te zien wat er is."
            )
        lifecycle.accept(folder, Acceptance(rule, supplier, column, reason, by, until.date()))
        people.print(f"{rule} van {supplier} is aanvaard.", markup=False)
    if listed or as_json:
        _show_accepted(lifecycle.accepted(folder), as_json=as_json)
    return OK


@app.command()
def anonymise(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="CSV, werkboek of iJw-berichten.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", metavar="K", help="Het sleutelbestand.")
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option("--new-key", metavar="K", help="Maak een nieuwe sleutel in K.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Waar het resultaat komt.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="Indeling, als deze niet wordt herkend.")
    ] = None,
    number: Annotated[
        str | None, typer.Option("--number", help="Kolom met het nummer van de leerling.")
    ] = None,
    wijken: Annotated[
        Path | None,
        typer.Option("--wijken", metavar="CSV", help="Lijst van postcode naar wijkcode."),
    ] = None,
    peildatum: Annotated[
        datetime | None,
        typer.Option(
            "--peildatum",
            formats=["%Y-%m-%d", "%d-%m-%Y"],
            help="Leeftijd op deze datum, waar een rij er zelf geen heeft.",
        ),
    ] = None,
    sheet: Annotated[
        int | None, typer.Option("--sheet", help="Nummer van het blad in een werkboek.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Maak van een export met persoonsgegevens een bestand dat geleverd mag worden."""
    from pipelines.ingest import anonymise as desk

    if new_key is not None:
        if file is not None or key_file is not None:
            raise UsageError("Gebruik --new-key alleen; anonimiseer daarna met --key-file.")
        desk.new_key(new_key)
        if as_json:
            _print_json({"key_file": str(new_key)})
        else:
            people.print(
                f"De sleutel staat in {new_key}. Bewaar hem veilig en gebruik voor elke levering"
                " dezelfde: alleen dan krijgt een leerling steeds hetzelfde pseudoniem.",
                markup=False,
            )
        return OK
    if file is None or key_file is None:
        raise UsageError("Geef FILE en --key-file, of maak eerst een sleutel met --new-key.")
    wishes = desk.Wishes(layout, number, wijken, peildatum.date() if peildatum else None, sheet)
    try:
        report = desk.anonymise(file, key_file, contracts.load(), wishes, out)
    except DeliveryRefused as refusal:
        if as_json:
            _print_json(
                {"file": file.name, "out": None, "rule": refusal.rule, "message": str(refusal)}
            )
        else:
            people.print(str(refusal), markup=False)
        return NOT_ALL_ACCEPTED
    if as_json:
        _print_json(report.as_dict())
    else:
        _show_treatments(report)
    return OK


@layout_app.command("new")
def layout_new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Een export met onbekende koppen.")],
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Waar het bestand bij hoort, als u dat weet.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.yaml", help="Waar het voorstel komt.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Stel een indeling voor bij een onbekend bestand; u beslist wat klopt."""
    from pipelines.ingest import layouts, propose

    if out is not None and out.exists():
        raise UsageError(f"{out} bestaat al; kies een andere naam.")
    try:
        proposal, text = propose.for_file(
            file, contracts.load(), dataset=dataset, known=layouts.load()
        )
    except DeliveryRefused as refusal:
        people.print(str(refusal), markup=False)
        return NOT_ALL_ACCEPTED
    if out is not None:
        out.write_text(text, "utf-8", newline="\n")
    if as_json:
        _print_json(proposal.as_dict())
        return OK
    _show_proposal(proposal)
    if out is None:
        sys.stdout.write(text)
    else:
        people.print(f"Het voorstel staat in {out}. Controleer het.", markup=False)
    return OK


@evaluation_app.command("new")
def evaluation_new(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="Schooljaar, als 2024/2025.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Nieuwe map voor de vragenlijsten.")
    ] = None,
    count: Annotated[
        list[str] | None,
        typer.Option("--count", metavar="GROEP=N", help="Aantal formulieren, als school=60."),
    ] = None,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Maak de vragenlijsten van een ronde: Excel-formulieren en een LimeSurvey-bestand."""
    from pipelines.evaluation import rounds

    asked = rounds.school_year(year)
    folder = out or Path(f"evaluatie-{asked.replace('/', '-')}")
    written = rounds.new(
        asked, folder, contracts.load(), workdir=workdir, count=rounds.counts(count or [])
    )
    if as_json:
        _print_json(
            {"year": asked, "folder": str(folder), "groups": [w.as_dict() for w in written]}
        )
        return OK
    for w in written:
        forms = "1 formulier" if len(w.forms) == 1 else f"{len(w.forms)} formulieren"
        people.print(f"{w.group}: {forms} en {w.survey.name}, {w.questions} vragen.", markup=False)
    people.print(
        f"Alles staat in {folder}; {rounds.READ_ME} zegt hoe u verder gaat. Elk formulier heeft een"
        " eigen nummer: stuur iedere invuller een ander.",
        markup=False,
        soft_wrap=True,
    )
    return OK


@evaluation_app.command("collect")
def evaluation_collect(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Map met teruggekomen formulieren.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Waar de leveringen komen, zoals de inbox.")
    ] = Path("evaluatie-verzameld"),
    as_json: AsJson = False,
) -> int:
    """Maak van ingevulde formulieren een levering per doelgroep, klaar voor de inbox."""
    from pipelines.evaluation import collect

    found = collect.collect(folder, out, contracts.load(), progress=_progress)
    if as_json:
        _print_json(found.as_dict())
        return NOT_ALL_ACCEPTED if found.left_out else OK
    for bundle in found.bundles:
        answered = sum(form.answered for form in bundle.forms)
        people.print(
            f"{bundle.path}: {len(bundle.forms)} van {bundle.group} over {bundle.year},"
            f" waarvan {answered} met antwoorden.",
            markup=False,
            soft_wrap=True,
        )
        for form in bundle.forms:
            for remark in form.remarks:
                people.print(f"{form.file}: {remark}.", markup=False, soft_wrap=True)
    for one in found.repeated:
        people.print(f"{one.file}: {one.reason}", markup=False, soft_wrap=True)
    for one in found.left_out:
        people.print(f"Niet verzameld: {one.file}. {one.reason}", markup=False, soft_wrap=True)
    return NOT_ALL_ACCEPTED if found.left_out else OK


@app.command()
def restore(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Maak een magazijn dat weg of verouderd is opnieuw uit het archief."""
    from pipelines.delivery import lifecycle

    folder = workdir or settings.default_workdir()
    count = lifecycle.restore(folder)
    if as_json:
        _print_json({"deliveries": count, "workdir": str(folder)})
    else:
        people.print(
            f"Het magazijn in {folder} is opnieuw gemaakt, met {count} leveringen. Draai nu"
            " 'zichtlijn run' met de inbox.",
            markup=False,
        )
    return OK


@app.command()
def withdraw(
    delivery: Annotated[
        str, typer.Argument(metavar="DELIVERY", help="Kenmerk of bestandsnaam van de levering.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Waarom; blijft in het register.")] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Toch niet: de volgende run leest haar weer in.")
    ] = False,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Trek een levering in: wis al haar rijen en publiceer zonder haar."""
    from pipelines.delivery import lifecycle

    if undo:
        back = lifecycle.undo_withdrawal(workdir or settings.default_workdir(), delivery)
        if as_json:
            _print_json({"delivery": back.delivery, "file": back.file, "status": "undone"})
        else:
            people.print(
                f"{back.file} ({back.delivery}) is niet langer ingetrokken: de volgende run leest"
                " haar in, als het bestand in de inbox ligt.",
                markup=False,
            )
        return OK
    gone, release = lifecycle.withdraw(
        workdir or settings.default_workdir(), delivery, reason, progress=_progress
    )
    if as_json:
        _print_json(
            {
                "delivery": gone.delivery,
                "file": gone.file,
                "status": "withdrawn",
                "release": {"id": release.id, "path": str(release.path)},
            }
        )
        return OK
    people.print(
        f"{gone.file} ({gone.delivery}) is ingetrokken; haar rijen zijn gewist en zij wordt niet"
        " opnieuw ingelezen. Een levering die zij had vervangen, leest de volgende run weer in als"
        " het bestand nog in de inbox ligt. Eerdere publicaties blijven bewaard.",
        markup=False,
    )
    people.print(f"Publicatie {release.id} staat klaar.", markup=False)
    return OK


@app.command("deliveries")
def list_deliveries(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Toon alle leveringen met hun status, datum en aantallen."""
    from pipelines.delivery import lifecycle

    found = lifecycle.entries(workdir or settings.default_workdir())
    if as_json:
        _print_json({"deliveries": [e.as_dict() for e in found]})
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("kenmerk", "bestand", "dataset", "ontvangen", "status"):
        table.add_column(title, overflow="fold")
    for title in ("rijen", "goedgekeurd", "apart gehouden", "verlopen"):
        table.add_column(title, justify="right")
    for e in found:
        numbers = (e.rows_in, e.accepted, e.quarantined, e.expired)
        table.add_row(
            e.delivery, e.file, e.dataset or "-", f"{e.received:%d-%m-%Y}", e.status,
            *(str(n) for n in numbers),
        )  # fmt: skip
    _out().print(table)
    return OK


@app.command()
def differences(
    delivery: Annotated[
        str, typer.Argument(metavar="DELIVERY", help="Kenmerk of bestandsnaam van de levering.")
    ],
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Toon wat een levering anders maakt dan die zij vervangt, en wat opvalt naast vorig jaar."""
    from pipelines.delivery import lifecycle

    entry, found, questions = lifecycle.differences(workdir or settings.default_workdir(), delivery)
    if as_json:
        _print_json(
            {
                "delivery": entry.delivery,
                "file": entry.file,
                "differences": found.as_dict() if found else None,
                "questions": [q.as_dict() for q in questions],
            }
        )
        return OK
    if found is None:
        people.print(f"{entry.file} vervangt geen eerdere levering.", markup=False)
    else:
        _show_differences(entry.file, found)
    for question in questions:
        state = "beantwoorde vraag" if question.accepted else "vraag"
        people.print(f"{entry.file}: {state}: {question.message}", markup=False, soft_wrap=True)
    return OK


@app.command()
def calendar(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Toon per leverancier wat is geleverd, wat nog wordt verwacht en wat te laat is."""
    from pipelines.delivery import lifecycle

    found = lifecycle.owed(workdir or settings.default_workdir())
    if as_json:
        _print_json({"calendar": [d.as_dict() for d in found]})
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("dataset", "leverancier", "wie", "periode", "uiterlijk", "stand"):
        table.add_column(title, overflow="fold")
    for d in found:
        due = f"{d.due:%d-%m-%Y}" if d.due else "-"
        table.add_row(d.dataset, d.supplier, d.role, d.period or "-", due, d.state)
    _out().print(table)
    return OK


@app.command()
def metrics(as_json: AsJson = False) -> int:
    """Toon alle cijfers die Zichtlijn kent, met hun definitie."""
    from pipelines.metrics.catalogue import METRICS
    from pipelines.metrics.describe import describe_all
    from pipelines.metrics.validity import status

    today = datetime.now().astimezone().date()
    declared = [
        item | {"status": status(METRICS[item["id"]], today)}
        for item in describe_all(METRICS, contracts.load())
    ]
    if as_json:
        _print_json(declared)
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("id", "cijfer", "definitie"):
        table.add_column(title, overflow="fold")
    for item in declared:
        table.add_row(item["id"], item["label_nl"], item["definitie"])
    Console(highlight=False).print(table)
    return OK


@app.command("plan")
def publication_plan(
    workdir: Annotated[
        Path | None,
        typer.Option("--workdir", help="Noem ook welke tabellen de publicatie hier weglaat."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Toon het publicatieplan: alle tabellen die ooit getoond mogen worden, met de definities."""
    from pipelines.metrics.catalogue import METRICS
    from pipelines.release import planned, tally
    from pipelines.release.served import open_served

    found = planned.plan(METRICS, contracts.load())
    folded: tuple[tuple[str, ...], ...] = ()
    if workdir is not None:
        with open_served(workdir) as (release, _):
            folded = tally.folded_of(workdir, release)
    if as_json:
        named = [dict(zip(tally.TABLE, table, strict=True)) for table in folded]
        _print_json(found.as_dict() | ({} if workdir is None else {"folded": named}))
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("cijfer", "uitsplitsing", "niveaus", "vanaf", "definitie"):
        table.add_column(title, overflow="fold")
    for metric in found.metrics:
        about = (str(metric.threshold), Text(metric.definition))
        for listed in metric.tables:
            levels = ", ".join(listed.levels)
            table.add_row(metric.metric, listed.breakdown or "-", levels, *about)
            about = ("", Text(""))
    _out().print(table)
    people.print(
        f"Publicatieplan {found.version}: wat hier niet staat, wordt niet geteld en niet getoond."
        f" 'Vanaf' is het kleinste aantal kinderen dat te zien is; aantallen zijn afgerond op een"
        f" veelvoud van {found.rounding}.",
        markup=False,
        soft_wrap=True,
    )
    _show_folded(folded)
    return OK


@app.command("ledger")
def ledger_of_releases(
    never: Annotated[
        str, typer.Option("--never", help="Een publicatie die nooit is uitgegeven.")
    ] = "",
    code: Annotated[
        str, typer.Option("--accept", help="Een code uit de weigering: toch uitgeven.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Waarom.")] = "",
    by: Annotated[str, typer.Option("--by", help="Wie dit verklaart of besluit.")] = "",
    file: Annotated[
        Path | None, typer.Option("--add", help="Een publicatie of blad om in te boeken.")
    ] = None,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Toon welke publicaties ooit zijn uitgegeven; elke nieuwe houdt daar rekening mee."""
    from dataclasses import asdict

    from pipelines.delivery.intake import today
    from pipelines.release import decisions, ledger

    folder = workdir or settings.default_workdir()
    if never:
        ledger.declare(folder, never, reason=reason, by=by, day=today())
    if file is not None:
        ledger.add(folder, file)
    if code:
        decisions.decide(folder, code, reason=reason, by=by, day=today())
    pages, declared = ledger.pages(folder), ledger.declarations(folder)
    decided = decisions.decisions(folder)
    if as_json:
        _print_json(
            {
                "folder": str(ledger.folder(folder)),
                "releases": [{"id": page.id, "made": page.made} for page in pages],
                "never_released": [asdict(told) for told in declared],
                "accepted": [asdict(told) for told in decided],
            }
        )
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("publicatie", "gemaakt op", "getoonde cijfers"):
        table.add_column(title)
    for page in pages:
        table.add_row(page.id, page.made, str(page.figures.height))
    _out().print(table)
    for told in declared:
        people.print(
            f"{told.release} is nooit uitgegeven: {told.reason} ({told.by}, {told.day}).",
            markup=False,
        )
    for made in decided:
        people.print(
            f"Toch uitgegeven: {made.topic}, {made.place}: {made.reason} ({made.by}, {made.day}).",
            markup=False,
        )
    return OK


@app.command("audit")
def audit_release(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Val de publicatie aan zoals een lezer dat zou doen, en meld wat te herleiden is."""
    from pipelines.audit.audit import audit

    outcome = audit(workdir or settings.default_workdir(), progress=_progress)
    if as_json:
        _print_json(outcome.as_dict())
    else:
        _show_audit(outcome)
    return OK if outcome.clean else NOT_ALL_ACCEPTED


@app.command("vraag")
def ask_outside_the_plan(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="Bijvoorbeeld sch_aantal.")],
    breakdown: Annotated[
        str, typer.Option("--uitsplitsing", help="Waarnaar; leeg is zonder uitsplitsing.")
    ] = "",
    level: Annotated[str, typer.Option("--level", help="Bijvoorbeeld gemeente.")] = "totaal",
    only_ask: Annotated[
        bool, typer.Option("--only-ask", help="Alleen het antwoord: geen cijfers, niets geboekt.")
    ] = False,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Vraag of een tabel buiten het publicatieplan mag, naast alles wat al is uitgegeven."""
    from pipelines.delivery import lifecycle

    folder = workdir or settings.default_workdir()
    found = lifecycle.question(folder, metric, breakdown, level, book=not only_ask)
    if as_json:
        told = found.as_dict()
        _print_json(told | {"cells": [] if only_ask else told["cells"]})
        return OK if found.verdict != "mag niet" else NOT_ALL_ACCEPTED
    words = {"mag": "Dat mag.", "mag zo": "Dat mag zo.", "mag niet": "Dat mag niet, want:"}
    _out().print(f"{words[found.verdict]} {found.why}", markup=False, soft_wrap=True)
    if only_ask or found.cells.is_empty():
        return OK if found.verdict != "mag niet" else NOT_ALL_ACCEPTED
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("schooljaar", "gebied", "categorie", "waarde"):
        table.add_column(title)
    for year, area, category, value, status in found.cells.select(
        "schooljaar", "gebied", "categorie", "waarde", "status"
    ).iter_rows():
        table.add_row(year, area, category, f"{value:g}" if status == "zichtbaar" else "·")
    _out().print(table)
    people.print(
        f"Geboekt in het grootboek als {found.booked}: elke volgende publicatie houdt hier rekening"
        " mee.",
        markup=False,
        soft_wrap=True,
    )
    return OK


@app.command("bewijs")
def check_certificate(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Een publicatie, met haar bewijs ernaast.")
    ] = None,
    trusted: Annotated[
        str, typer.Option("--key", help="De sleutel waarmee het ondertekend hoort te zijn.")
    ] = "",
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Controleer het bewijs naast een publicatie, zoals een buitenstaander dat doet."""
    from pipelines.audit import seal

    home = workdir or settings.default_workdir()
    chosen = file or seal.of_served(home)
    expected = trusted or ("" if file else seal.public(seal.key(home)))
    counts = seal.checked(chosen, expected)
    signer = seal.signer(chosen)
    if as_json:
        _print_json({"file": str(chosen), "signed_by": signer, "trusted": bool(expected), **counts})
        return OK
    whose = "die werd verwacht" if expected else "waarvan --key niet zegt van wie zij is"
    _out().print(
        f"Het bewijs van {chosen.name} klopt: {counts['verborgen']} afgeschermde aantallen en"
        f" {counts['bedragen']} bedragen en sommen in {counts['tellingen']} tellingen kunnen ook"
        f" een ander getal zijn; {counts['nooit nul']} aantallen daarvan zijn zeker niet nul."
        f" Ondertekend met de sleutel {whose}: {signer}",
        markup=False,
        soft_wrap=True,
    )
    return OK


@app.command()
def show(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="Bijvoorbeeld smw_bereik.")],
    cut: Annotated[str | None, typer.Option("--cut", help="Uitsplitsing.")] = None,
    year: Annotated[str | None, typer.Option("--year", help="Schooljaar, als 2024/2025.")] = None,
    level: Annotated[str | None, typer.Option("--level", help="Bijvoorbeeld gemeente.")] = None,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Toon de gepubliceerde waarden van een cijfer, met de definitie."""
    from pipelines.release import lookup

    found = lookup.show(
        workdir or settings.default_workdir(), metric, cut=cut or "", year=year, level=level
    )
    if as_json:
        _print_json(found.as_dict())
    else:
        _show_cells(found)
    return OK


@app.command()
def effects(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Toon van elke belofte van Zorg In School wat er is gemeten, en hoe zeker dat is."""
    from pipelines.release import estimates

    found = estimates.effects(estimates.read(workdir or settings.default_workdir()))
    if as_json:
        _print_json(found)
        return OK
    _show_effects(found)
    return OK


@app.command()
def pilot(
    schools: Annotated[int, typer.Option(help="Scholen met Zorg In School.")] = 10,
    comparison: Annotated[
        int, typer.Option(help="Vergelijkingsscholen; 0 is zonder vergelijkingsgroep.")
    ] = 10,
    pupils: Annotated[float, typer.Option(help="Gevolgde leerlingen per school.")] = 25,
    before: Annotated[float, typer.Option(help="Maanden gevolgd vóór de start.")] = 24,
    during: Annotated[float, typer.Option(help="Maanden gevolgd na de start.")] = 24,
    guard: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Maanden vóór en na de start zonder welke een uitkomst nog eens wordt bekeken"
            " (anders de parameter effect_maanden_rondom van de publicatie).",
        ),
    ] = None,
    outcome: Annotated[str, typer.Option(help="De ene uitkomst die straks telt.")] = "zis_m2",
    effect: Annotated[
        float | None,
        typer.Option(
            help="Gewenst effect van die uitkomst: procent minder, of een verschil in de eenheid."
        ),
    ] = None,
    margin: Annotated[
        float | None, typer.Option(help="Marge voor kostenneutraal, in euro per jaar.")
    ] = None,
    margin_source: Annotated[str, typer.Option(help="Wie die marge vaststelde, en waar.")] = "",
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Leg het plan vast (.yaml of .json)."),
    ] = None,
    check_plan: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Leg de publicatie naast een eerder plan."),
    ] = None,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Vóór een pilot: welk effect is te vinden, met hoeveel scholen; leg het plan vast."""
    from pipelines.release import pilots

    known = pilots.known(workdir or settings.default_workdir())
    if check_plan is not None:
        return _check_plan(check_plan, known, as_json)
    made = pilots.plan(
        known,
        hoofduitkomst=outcome,
        scholen=schools,
        vergelijkingsscholen=comparison,
        leerlingen_per_school=pupils,
        maanden_voor=before,
        maanden_tijdens=during,
        gewenst_effect=effect,
        marge=margin,
        marge_bron=margin_source,
    )
    if save is not None:
        pilots.save(made, save)
    if guard is None:
        guard = pilots.guard_of(known.bases)
    found = pilots.forecasts(known.bases, made, guard)
    claim = pilots.claim(made)
    if as_json:
        _print_json(
            {
                "release": known.release,
                "plan": pilots.as_dict(made),
                "guard_months": guard,
                "forecasts": [asdict(one) for one in found],
                "claim": claim,
                "saved": None if save is None else str(save),
            }
        )
        return OK
    _show_forecasts(found, guard)
    people.print(pilots.months_told(made, guard), markup=False, soft_wrap=True)
    people.print(claim, markup=False, soft_wrap=True)
    if save is not None:
        people.print(f"Het plan ligt vast in {save} (kenmerk {made.hash[:12]}).", markup=False)
    return OK


def _check_plan(path: Path, known: Any, as_json: bool) -> int:
    from pipelines.release import pilots

    plan = pilots.load(path)
    found, neutral = pilots.held_against(plan, known), pilots.neutral(plan, known)
    if as_json:
        told = [asdict(one) for one in found]
        _print_json({"release": known.release, "deviations": told, "cost_neutral": neutral})
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("onderdeel", "gepland", "gekomen", "afwijking"):
        table.add_column(title, overflow="fold")
    for one in found:
        said = {True: "ja", False: "nee", None: "niet te zeggen"}[one.deviates]
        table.add_row(one.subject, one.planned, one.came, said)
    _out().print(table)
    _out().print(neutral, markup=False, soft_wrap=True)
    return OK


def _show_forecasts(found: Iterable[Any], guard: float) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    without = f"zonder {guard:g} maanden rond de start"
    for title in ("id", "maat", "nu", "kleinste effect (80%)", without, "scholen nodig"):
        table.add_column(title, overflow="fold")
    for one in found:
        if one.reason:
            table.add_row(one.id, one.measure, "", one.reason, "", "")
            continue
        told = one.base_told, one.smallest_told, one.guarded_told, one.schools_told
        table.add_row(one.id, one.measure, *told)
    _out().print(table)


@app.command()
def savings(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Toon wat Zorg In School kost en bespaart: de hele berekening, met de onzekerheid."""
    from pipelines.release import estimates

    released = estimates.read(workdir or settings.default_workdir())
    found = estimates.savings(released)
    if as_json:
        _print_json(found)
        return OK
    _show_savings(found)
    return OK


@app.command("explain")
def explain_figure(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="Bijvoorbeeld smw_bereik.")],
    year: Annotated[str, typer.Option("--year", help="Schooljaar, als 2024/2025.")],
    school: Annotated[
        str | None, typer.Option("--school", help="Vestigingscode of naam van de school.")
    ] = None,
    municipality: Annotated[
        str | None, typer.Option("--municipality", help="Code of naam van de gemeente.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Zoveel rijen hoogstens per reden.")
    ] = 5,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Toon welke rijen in een cijfer tellen en welke niet, en waarom; niet om te delen."""
    from pipelines import why
    from pipelines.release import lookup

    home = workdir or settings.default_workdir()
    if metric in why.MONEY:
        if school or municipality:
            raise UsageError(f"{metric} gaat over de hele proef, niet over een school of gemeente.")
        told, files = why.money(home, year)
        people.print(why.WARNING, markup=False, soft_wrap=True)
        if as_json:
            _print_json({"unprotected": why.WARNING, "files": files} | told.as_dict())
        else:
            _show_money(told, files, limit)
        return OK
    found, files = why.why(
        home,
        metric,
        year,
        school=school,
        municipality=municipality,
    )
    released = lookup.of_place(home, metric, found.year, found.area.level, found.area.code)
    people.print(why.WARNING, markup=False, soft_wrap=True)
    if as_json:
        about = {"unprotected": why.WARNING, "files": files, "released": released}
        _print_json(about | found.as_dict())
    else:
        _show_explanation(found, files, limit)
        if released:
            people.print(f"In de publicatie: {released}", markup=False, soft_wrap=True)
    return OK


@app.command()
def report(
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Bestand dat wordt gemaakt; bij --all-schools en opendata een map."
        ),
    ],
    form: Annotated[str, typer.Option("--format", help="pptx, pdf, xlsx of opendata.")] = "pptx",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="bestuur, jaarevaluatie, zorg-in-school, beleidsnotitie, school, wijk, sjabloon.",
        ),
    ] = "",
    year: Annotated[str, typer.Option("--year", help="Schooljaar, als 2024/2025.")] = "",
    school: Annotated[str, typer.Option("--school", help="Vestigingscode of naam.")] = "",
    wijk: Annotated[str, typer.Option("--wijk", help="Code of naam van de wijk.")] = "",
    municipality: Annotated[
        str, typer.Option("--municipality", help="Code of naam van de gemeente.")
    ] = "",
    all_schools: Annotated[
        bool, typer.Option("--all-schools", help="Een bestand per school, in de map van --out.")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", help="Eigen sjabloon voor PowerPoint.")
    ] = None,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Maak een rapport van de publicatie: dia's, papier, een werkmap of open data."""
    from dashboard.release.released import ReleaseUnreadable
    from dashboard.reports import make
    from dashboard.reports.content import ReportRefused

    areas = [("vestiging", school), ("wijk", wijk), ("gemeente", municipality)]
    given = [(level, name) for level, name in areas if name]
    if len(given) > 1:
        raise UsageError("Kies één gebied: --school, --wijk of --municipality.")
    asked = make.Asked(kind, form, year, given[0] if given else ("totaal", ""), template)
    home = workdir or settings.default_workdir()
    try:
        made = (
            make.every_school(home, asked, out) if all_schools else [make.written(home, asked, out)]
        )
    except (ReportRefused, ReleaseUnreadable) as refused:
        raise UsageError(str(refused)) from refused
    if as_json:
        _print_json({"files": [str(path) for path in made]})
    elif len(made) == 1:
        people.print(f"Gemaakt: {made[0]}", markup=False, soft_wrap=True)
    else:
        people.print(f"{len(made)} bestanden gemaakt in {out}", markup=False, soft_wrap=True)
    return OK


@app.command()
def dashboard(
    workdir: Workdir = None,
    port: Annotated[int, typer.Option(help="Poort op deze computer.")] = 8501,
    access: Annotated[
        Path | None,
        typer.Option(
            "--toegang", metavar="FILE", help="Wie wat mag zien (toegang.yaml); men logt dan in."
        ),
    ] = None,
    address: Annotated[
        str,
        typer.Option(help="Adres om op te luisteren; een ander adres vraagt om --toegang."),
    ] = "localhost",
) -> int:
    """Toon het dashboard in de browser; zonder --toegang alleen op deze computer bereikbaar."""
    return _serve(workdir or settings.default_workdir(), port, address, access or settings.access())


@app.command()
def health(
    workdir: Workdir = None,
    port: Annotated[
        int | None, typer.Option(help="Vraag het ook aan het dashboard op deze poort.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Zeg of er een publicatie klaarstaat die te lezen is (voor bewaking)."""
    from dashboard.server import served
    from pipelines.delivery import intake

    intake.refuse_unfinished(workdir or settings.default_workdir())
    try:
        told = served.readable(workdir or settings.default_workdir())
        if port is not None:
            served.answers(port, told)
    except served.NotServed as problem:
        raise UsageError(str(problem)) from problem
    if as_json:
        _print_json({"release": told})
    else:
        sys.stdout.write(f"Publicatie {told} is te lezen.\n")
    return OK


@app.command()
def demo(
    workdir: Workdir = None,
    port: Annotated[int, typer.Option(help="Poort op deze computer.")] = 8501,
    seed: Annotated[int, typer.Option(help="Zelfde getal, zelfde leveringen.")] = 2026,
) -> int:
    """Maak demo-leveringen, reken alles uit en toon het dashboard."""
    from pipelines import run as story
    from pipelines.demo import boundaries, deliveries, events

    folder = workdir or Path("zichtlijn-demo")
    people.print("Verzonnen leveringen maken ...")
    deliveries.write(folder, seed)
    boundaries.write(folder)
    events.write(folder)
    report = story.run(folder / "inbox", folder, progress=_progress)
    _show_outcomes(report.deliveries)
    people.print(f"Publicatie {report.release.id} staat klaar.", markup=False)
    return _serve(folder, port)


def _serve(workdir: Path, port: int, address: str = "localhost", access: Path | None = None) -> int:
    from dashboard.server import serve

    try:
        command, environment = serve.command(workdir, port, host=address, access=access)
    except serve.REFUSED as problem:
        raise UsageError(str(problem)) from problem
    people.print(f"Dashboard: {serve.address(port, address)} (stoppen met Ctrl+C)", markup=False)
    if os.name == "posix":
        # In the place of this process, so that who stops us (systemd, a container) stops it.
        os.execve(command[0], command, environment)  # noqa: S606
    try:
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return OK


_STATUS = {
    "accepted": "geladen",
    "unchanged": "ongewijzigd",
    "replaced": "vervangen",
    "withdrawn": "ingetrokken",
    "refused": "geweigerd",
}


def _show_outcomes(outcomes: Iterable[Outcome]) -> None:
    listed = list(outcomes)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("levering", overflow="fold")
    table.add_column("dataset")
    table.add_column("uitkomst")
    for title in ("rijen", "goedgekeurd", "apart gehouden"):
        table.add_column(title, justify="right")
    for o in listed:
        numbers = ("", "", "") if o.status == "refused" else (o.rows_in, o.accepted, o.quarantined)
        table.add_row(o.file, o.dataset or "-", _STATUS[o.status], *(str(n) for n in numbers))
    people.print(table)
    for o in listed:
        for finding in o.findings:
            if not finding.get("accepted"):
                people.print(_finding_line(o, finding), markup=False, soft_wrap=True)
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


def _show_folded(folded: Sequence[tuple[str, ...]]) -> None:
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


def _show_feedback(outcomes: Iterable[Outcome], folder: Path) -> None:
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


def _show_differences(file: str, found: Any) -> None:
    """Counts and row numbers; never a key."""
    from pipelines.validate.comparison import MEANING, SORT_IN_WORDS
    from pipelines.validate.feedback.report import in_ranges

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
    _out().print(table)
    if found.columns:
        changed = ", ".join(f"{column} {count}" for column, count in found.columns.items())
        people.print(f"Gewijzigde cellen per kolom: {changed}.", markup=False)


def _show_accepted(found: Iterable[Any], *, as_json: bool) -> None:
    if as_json:
        _print_json({"accepted": [a.as_dict() for a in found]})
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("regel", "leverancier", "kolom", "reden", "door", "tot en met"):
        table.add_column(title, overflow="fold")
    for a in found:
        table.add_row(a.rule, a.supplier, a.column or "-", a.reason, a.by, f"{a.until:%d-%m-%Y}")
    Console(highlight=False).print(table)


def _show_treatments(report: Any) -> None:
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


def _show_proposal(proposal: Any) -> None:
    people.print(f"Dataset: {proposal.dataset} (kop op rij {proposal.header_row})", markup=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("kop", "kolom", "zekerheid", "waarom"):
        table.add_column(title, overflow="fold")
    for guess in proposal.guesses:
        table.add_row(Text(guess.header), guess.column or "-", guess.certainty, Text(guess.why))
    people.print(table)
    if proposal.unfold:
        unfold = proposal.unfold
        people.print(
            f"Ontvouwen: {unfold.why} worden rijen met {unfold.name_to} en {unfold.value_to}"
            f" ({unfold.certainty}).",
            markup=False,
        )
    if proposal.codes:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for title in ("kolom", "benaming", "code", "zekerheid", "waarom"):
            table.add_column(title, overflow="fold")
        for column, guesses in proposal.codes.items():
            for guess in guesses:
                table.add_row(
                    column, Text(guess.label), guess.code, guess.certainty, Text(guess.why)
                )
        people.print(table)
    for kind, header in proposal.identifying:
        people.print(f"Niet opgenomen, herleidbaar ({kind}): {header}", markup=False)
    for remark in proposal.remarks:
        people.print(f"Let op: {remark}", markup=False)


def _finding_line(outcome: Outcome, finding: dict[str, Any]) -> str:
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


def _show_audit(outcome: Any) -> None:
    """What the attackers found: places, never numbers."""
    out = _out()
    told = outcome.as_dict()
    table = Table(box=None, header_style="bold", pad_edge=False, show_header=False)
    table.add_column("wat")
    table.add_column("aantal", justify="right")
    for title, name in (
        ("cellen in de publicatie", "cells"),
        ("waarvan afgeschermd", "hidden"),
        ("gevoelig van zichzelf", "sensitive"),
        ("afgeschermd om het getal zelf", "hidden_for_themselves"),
        ("afgeschermd om een ander getal", "hidden_for_others"),
        ("bewezen los van eerdere publicaties", "apart_from_earlier"),
        ("precies te herleiden", "exact"),
        ("te nauw te begrenzen", "narrow"),
        ("nul of de drempel uit te sluiten", "weak"),
    ):
        table.add_row(title, "niet bewaard" if told[name] is None else str(told[name]))
    out.print(f"Publicatie {outcome.release}, aangevallen door lezers:", markup=False)
    out.print(table)
    shares = Table(box=None, header_style="bold", pad_edge=False)
    shares.add_column("niveau")
    shares.add_column("veilige cellen die te zien zijn", justify="right")
    for level, share in outcome.visible_share.items():
        shares.add_row(level, f"{100 * share:.1f}%".replace(".", ","))
    out.print(shares)
    if outcome.earlier:
        out.print(f"Samen gelezen met eerdere publicaties: {len(outcome.earlier)}.", markup=False)
    if not outcome.scored_with_truth:
        out.print(
            "De echte aantallen van deze publicatie zijn niet bewaard: elke afgeschermde cel telt"
            " als gevoelig, en wat een school van zichzelf weet is niet geprobeerd.",
            markup=False,
            soft_wrap=True,
        )
    if outcome.clean:
        out.print("Niets te herleiden.", markup=False)
        return
    found = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("bevinding", "aanval", "telling", "waar"):
        found.add_column(title, overflow="fold")
    words = {"exact": "precies", "narrow": "te nauw", "weak": "nul of drempel uitgesloten"}
    for f in outcome.findings:
        found.add_row(words[f.kind], f.attack, f.topic, Text(f.place))
    out.print(found)


def _show_money(told: Any, files: dict[str, str], limit: int) -> None:
    """Every euro of the balance: its sum, its parameters, and the first rows of each reason."""
    out = _out()
    out.print(f"Balans van Zorg In School, {told.year}", markup=False)
    for step in told.steps:
        name = f"{step.label} ({step.payer})" if step.payer else step.label
        out.print(f"{name}: {_plain(step.value)} euro", markup=False, soft_wrap=True)
        out.print(f"  {step.sum_told}", markup=False, soft_wrap=True)
        for used in step.parameters:
            level = f" in prijzen van {used.price_year}" if used.price_year else ""
            value = f"{used.value:.10g}".replace(".", ",")
            out.print(
                f"  {used.name}: {value} {used.unit}{level} ({used.source})",
                markup=False, soft_wrap=True,
            )  # fmt: skip
        reasons = dict.fromkeys((row.counts, row.dataset, row.reason) for row in step.rows)
        for counts, dataset, reason in sorted(reasons, key=lambda one: not one[0]):
            of_reason = [
                row
                for row in step.rows
                if (row.counts, row.dataset, row.reason) == (counts, dataset, reason)
            ]
            shown = [f"{files.get(r.delivery, r.delivery)}: {r.key}" for r in of_reason[:limit]]
            where = f": {', '.join(shown)}" if shown else ""
            said = f"  {len(of_reason)} rijen {dataset}, {reason}{where}"
            out.print(said, markup=False, soft_wrap=True)


def _show_explanation(found: Any, files: dict[str, str], limit: int) -> None:
    """Counts per reason, and the first rows of each: by delivery and registration key."""
    out = _out()
    place = f"{found.area.code} {found.area.name}".strip() or "alle gemeenten samen"
    out.print(f"{found.label} ({found.metric}), {found.year}, {place}", markup=False)
    out.print(found.definition, markup=False, soft_wrap=True)
    numbers = (
        ("Teller", found.numerator, found.counted),
        ("Noemer", found.denominator, found.divided_by),
        ("Noemer", found.known, found.divided_by),
    )
    for name, value, words in numbers:
        if value is not None:
            out.print(f"{name}: {_plain(value)} ({words or found.unit})", markup=False)
    if found.left_out:
        out.print(found.left_out, markup=False)
    if found.once:
        out.print(f"Wat meer dan eens voorkomt, telt één keer ({found.unit}).", markup=False)
    if not found.traced:
        out.print("Dit cijfer is niet tot op de rij te herleiden.", markup=False)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("rijen", justify="right")
    for title in ("telt in", "waarom", "waar: levering en sleutel"):
        table.add_column(title, overflow="fold")
    for verdict, reason, count in found.counts:
        of_reason = [r for r in found.rows if (r.verdict, r.reason) == (verdict, reason)]
        shown = [f"{files.get(r.delivery, r.delivery)}: {r.key}" for r in of_reason[:limit]]
        more = [f"en nog {count - len(shown)}"] if 0 < len(shown) < count else []
        table.add_row(str(count), verdict, Text(reason), Text("\n".join(shown + more)))
    out.print(f"{len(found.rows)} rijen van {found.dataset} gaan over dit gebied.", markup=False)
    out.print(table)


def _show_effects(found: list[dict[str, Any]]) -> None:
    out = _out()
    for promise in found:
        out.print(f"{promise['id']}  {promise['belofte']}", markup=False, soft_wrap=True)
        said = promise["sentence"] or promise["reason"]
        out.print(f"  {said}", markup=False, soft_wrap=True)
        out.print(
            f"  {promise['design_label']}. Bewijsniveau: {promise['evidence']}.",
            markup=False,
            soft_wrap=True,
        )
        for other in promise["other"]:
            if other["leading"]:
                told = other["sentence"] or other["reason"]
                out.print(f"  Ook gemeten: {told}", markup=False, soft_wrap=True)
        out.print()
    out.print(f"Publicatie {found[0]['release']}." if found else "Geen effecten.", markup=False)


def _show_savings(found: dict[str, Any]) -> None:
    out = _out()
    out.print(found["sentence"], markup=False, soft_wrap=True)
    route = found["routes"].get(found["leading_route"], {"years": {}, "total": []})
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("schooljaar", "onderdeel", "betaler"):
        table.add_column(title, overflow="fold")
    for title in ("waarde", "van", "tot"):
        table.add_column(title, justify="right")
    for year, lines in {**route["years"], "totaal": route["total"]}.items():
        for line in lines:
            low, high = line["interval"] or (None, None)
            label = line["label"] + ("" if line["unit"] == "euro" else f" ({line['unit']})")
            numbers = ("" if v is None else _thousands(v) for v in (line["value"], low, high))
            table.add_row(year, label, line["payer"] or "", *numbers)
    out.print(table)
    out.print(f"Publicatie {found['release']}. Bedragen in euro.", markup=False)


def _thousands(value: float) -> str:
    """1234567.5 -> 1.234.568; small numbers keep their decimals."""
    if abs(value) < 10:
        return _plain(round(value, 2)) if value == int(value) else f"{value:.2f}".replace(".", ",")
    return f"{value:,.0f}".replace(",", ".")


def _plain(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def _show_cells(found: Any) -> None:
    out = Console(highlight=False)
    out.print(f"{found.label}: {found.definition}", markup=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    texts = ("schooljaar", "niveau", "gebied", "categorie", "maat")
    numbers = ("teller", "noemer", "waarde", "onder", "boven", "n")
    for title in texts:
        table.add_column(title)
    for title in numbers:
        table.add_column(title, justify="right")
    table.add_column("toelichting", overflow="fold")
    for cell in found.as_dict()["cells"]:
        shown = ["." if cell[name] is None else _plain(cell[name]) for name in numbers]
        why = " ".join(filter(None, (cell["reden"], cell["dekking"], cell["instead"])))
        table.add_row(*(cell[name] for name in texts), *shown, why)
    out.print(table)
    out.print(f"Publicatie {found.release}. {found.note}", markup=False)


if __name__ == "__main__":
    main()
