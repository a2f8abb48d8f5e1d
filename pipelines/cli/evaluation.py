"""Commands about the yearly evaluation: forms out, answers in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines import contracts
from pipelines.cli.console import (
    NOT_ALL_ACCEPTED,
    OK,
    AsJson,
    Workdir,
    evaluation_app,
    people,
    print_json,
    progress,
)


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
    from pipelines.evaluation.round import school_year

    asked = school_year(year)
    folder = out or Path(f"evaluatie-{asked.replace('/', '-')}")
    written = rounds.new(
        asked, folder, contracts.load(), workdir=workdir, count=rounds.counts(count or [])
    )
    if as_json:
        print_json({"year": asked, "folder": str(folder), "groups": [w.as_dict() for w in written]})
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

    found = collect.collect(folder, out, contracts.load(), progress=progress)
    if as_json:
        print_json(found.as_dict())
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
