"""Commands that show: reports, the dashboard and its health, and the demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines import organisation, settings
from pipelines.cli.console import OK, AsJson, Workdir, app, people, print_json, progress
from pipelines.cli.outcomes import show_outcomes
from pipelines.errors import UsageError


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
        print_json({"inbox": str(folder / "inbox"), "files": files, "planted": len(planted.fouten)})
    else:
        people.print(f"{len(files)} leveringen staan in {folder / 'inbox'}.", markup=False)
    return OK


@app.command()
def report(
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Bestand dat wordt gemaakt; bij --all-schools en opendata een map."
        ),
    ],
    form: Annotated[
        str, typer.Option("--format", help="pptx, docx, pdf, xlsx of opendata.")
    ] = "pptx",
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
        Path | None, typer.Option("--template", help="Eigen sjabloon voor PowerPoint of Word.")
    ] = None,
    sender: Annotated[
        str,
        typer.Option("--afzender", help="Wie de beleidsnotitie stuurt; anders uw organisatie."),
    ] = "",
    decision: Annotated[
        str, typer.Option("--besluit", help="Wat de beleidsnotitie vraagt te besluiten.")
    ] = "",
    workdir: Workdir = None,
    as_json: AsJson = False,
) -> int:
    """Maak een rapport van de publicatie: dia's, Word, papier, een werkmap of open data."""
    from dashboard.release.opening import ReleaseUnreadable
    from dashboard.reports import make
    from dashboard.reports.content import ReportRefused

    areas = [("vestiging", school), ("wijk", wijk), ("gemeente", municipality)]
    given = [(level, name) for level, name in areas if name]
    if len(given) > 1:
        raise UsageError("Kies één gebied: --school, --wijk of --municipality.")
    own = organisation.current()
    asked = make.Asked(
        kind, form, year, given[0] if given else ("totaal", ""), template,
        sender or (own.name if own is not None else ""), decision,
    )  # fmt: skip
    home = workdir or settings.default_workdir()
    try:
        made = (
            make.every_school(home, asked, out) if all_schools else [make.written(home, asked, out)]
        )
    except (ReportRefused, ReleaseUnreadable) as refused:
        raise UsageError(str(refused)) from refused
    if as_json:
        print_json({"files": [str(path) for path in made]})
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
        print_json({"release": told})
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
    report = story.run(folder / "inbox", folder, progress=progress)
    show_outcomes(report.deliveries)
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
    import subprocess

    try:
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return OK
