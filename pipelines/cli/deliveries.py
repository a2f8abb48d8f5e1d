"""Commands about deliveries: check, take in, accept, withdraw, restore, and what is still owed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipelines import contracts, settings
from pipelines.cli.console import (
    NOT_ALL_ACCEPTED,
    OK,
    AsJson,
    Workdir,
    app,
    people,
    print_json,
    progress,
    standard_output,
)
from pipelines.cli.outcomes import (
    show_accepted,
    show_differences,
    show_feedback,
    show_folded,
    show_outcomes,
    show_treatments,
)
from pipelines.errors import DeliveryRefused, UsageError


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Te controleren.")],
    feedback: Annotated[
        Path | None,
        typer.Option("--feedback", metavar="DIR", help="Schrijf hier de terugkoppeling."),
    ] = None,
    layout: Annotated[
        str, typer.Option("--layout", help="Lees met deze indeling: een bestand, of haar id.")
    ] = "",
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Controleer bestanden zonder ze in te lezen; er wordt niets bewaard."""
    from pipelines.delivery import intake

    outcomes = intake.check(files, workdir, feedback=feedback, layout=layout, progress=progress)
    if as_json:
        print_json({"deliveries": [o.as_dict() for o in outcomes]})
    else:
        show_outcomes(outcomes, kept=False)
        if feedback is not None:
            show_feedback(outcomes, feedback)
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
    report = story.run(inbox, folder, engine=engine, progress=progress, sure=sure)
    if as_json:
        print_json(report.as_dict())
    else:
        show_outcomes(report.deliveries)
        show_feedback(report.deliveries, report.feedback)
        if report.unchanged_since:
            people.print(f"Er is niets veranderd sinds {report.unchanged_since}.", markup=False)
        people.print(f"Publicatie {report.release.id} staat klaar.", markup=False)
        show_folded(report.folded)
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
        show_accepted(lifecycle.accepted(folder), as_json=as_json)
    return OK


KeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="K", help="Het sleutelbestand.")
]
NewKey = Annotated[
    Path | None, typer.Option("--new-key", metavar="K", help="Maak een nieuwe sleutel in K.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Waar het resultaat komt.")]
Wijken = Annotated[
    Path | None, typer.Option("--wijken", metavar="CSV", help="Lijst van postcode naar wijkcode.")
]
ReferenceDate = Annotated[
    datetime | None,
    typer.Option(
        "--peildatum",
        formats=["%Y-%m-%d", "%d-%m-%Y"],
        help="Leeftijd op deze datum, waar een rij er zelf geen heeft.",
    ),
]


@app.command()
def anonymise(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="CSV, werkboek of iJw-berichten.")
    ] = None,
    key_file: KeyFile = None,
    new_key: NewKey = None,
    out: Out = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="Indeling, als deze niet wordt herkend.")
    ] = None,
    number: Annotated[
        str | None, typer.Option("--number", help="Kolom met het nummer van de leerling.")
    ] = None,
    wijken: Wijken = None,
    peildatum: ReferenceDate = None,
    sheet: Annotated[
        int | None, typer.Option("--sheet", help="Nummer van het blad in een werkboek.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Maak van een export met persoonsgegevens een bestand dat geleverd mag worden."""
    from pipelines.ingest.anonymise import story, table

    if new_key is not None:
        if file is not None or key_file is not None:
            raise UsageError("Gebruik --new-key alleen; anonimiseer daarna met --key-file.")
        return _make_key(new_key, as_json)
    if file is None or key_file is None:
        raise UsageError("Geef FILE en --key-file, of maak eerst een sleutel met --new-key.")
    wishes = table.Wishes(layout, number, wijken, peildatum.date() if peildatum else None, sheet)
    try:
        report = story.anonymise(file, key_file, contracts.load(), wishes, out)
    except DeliveryRefused as refusal:
        if as_json:
            print_json(
                {"file": file.name, "out": None, "rule": refusal.rule, "message": str(refusal)}
            )
        else:
            people.print(str(refusal), markup=False)
        return NOT_ALL_ACCEPTED
    if as_json:
        print_json(report.as_dict())
    else:
        show_treatments(report)
    return OK


def _make_key(path: Path, as_json: bool) -> int:
    from pipelines.ingest.anonymise import key

    key.new_key(path)
    if as_json:
        print_json({"key_file": str(path)})
    else:
        people.print(
            f"De sleutel staat in {path}. Bewaar hem veilig en gebruik voor elke levering"
            " dezelfde: alleen dan krijgt een leerling steeds hetzelfde pseudoniem.",
            markup=False,
        )
    return OK


@app.command()
def restore(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Maak een magazijn dat weg of verouderd is opnieuw uit het archief."""
    from pipelines.delivery import lifecycle

    folder = workdir or settings.default_workdir()
    count = lifecycle.restore(folder)
    if as_json:
        print_json({"deliveries": count, "workdir": str(folder)})
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
    sure: Annotated[bool, typer.Option("--ja", help="Ja, wis haar rijen.")] = False,
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Trek een levering in: wis al haar rijen en publiceer zonder haar."""
    from pipelines.delivery import lifecycle

    if undo:
        back = lifecycle.undo_withdrawal(workdir or settings.default_workdir(), delivery)
        if as_json:
            print_json({"delivery": back.delivery, "file": back.file, "status": "undone"})
        else:
            people.print(
                f"{back.file} ({back.delivery}) is niet langer ingetrokken: de volgende run leest"
                " haar in, als het bestand in de inbox ligt.",
                markup=False,
            )
        return OK
    if not reason.strip():
        raise UsageError(
            "Geef met --reason waarom zij wordt ingetrokken; dat blijft in het register."
        )
    if not sure:
        raise UsageError(
            f"Dit wist alle rijen van {delivery} en publiceert zonder haar. Er is niets gewist."
            " Geef --ja erbij als dat de bedoeling is."
        )
    gone, release = lifecycle.withdraw(
        workdir or settings.default_workdir(), delivery, reason, progress=progress
    )
    if as_json:
        print_json(
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
        print_json({"deliveries": [e.as_dict() for e in found]})
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
    standard_output().print(table)
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
        print_json(
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
        show_differences(entry.file, found)
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
        print_json({"calendar": [d.as_dict() for d in found]})
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("dataset", "leverancier", "wie", "periode", "uiterlijk", "stand"):
        table.add_column(title, overflow="fold")
    for d in found:
        due = f"{d.due:%d-%m-%Y}" if d.due else "-"
        table.add_row(d.dataset, d.supplier, d.role, d.period or "-", due, d.state)
    standard_output().print(table)
    return OK
