"""Commands about the folder of an organisation, and the option that says which one counts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from pipelines import organisation, settings
from pipelines.cli.console import OK, USAGE, AsJson, app, people, print_json
from pipelines.errors import UsageError

EVENTS = "ZICHTLIJN_GEBEURTENISSEN"  # where the dashboard looks for what happened


@app.callback()
def choose(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--organisatie", metavar="MAP", help="De map van de organisatie.", show_default=False
        ),
    ] = None,
) -> None:
    """Van registratie-exports naar beschermde cijfers over schoolmaatschappelijk werk en Zorg In
    School."""
    told = settings.organisation()
    if folder is not None:
        if told and Path(told).resolve() != folder.resolve():
            raise UsageError(
                f"--organisatie noemt {folder} en {settings.ORGANISATION} noemt {told}: twee mappen"
                " van een organisatie. Kies er een."
            )
        os.environ[settings.ORGANISATION] = str(folder.resolve())
    own = organisation.current()
    if own is None:
        return
    os.environ[settings.ORGANISATION] = str(own.folder)  # the dashboard is a process of its own
    if events := own.file(organisation.EVENTS):
        os.environ.setdefault(EVENTS, str(events))


@app.command()
def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[MAP]", help="De map van de organisatie.")
    ] = None,
    name: Annotated[str, typer.Option("--naam", help="Naam van de organisatie.")] = "",
    checked: Annotated[
        bool, typer.Option("--check", help="Kijk een map na die er al is; er wordt niets gemaakt.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Maak de map waarin een organisatie eigen indelingen, codes, normen en afspraken bewaart."""
    from pipelines import founding

    if checked:
        return _check(folder, as_json=as_json)
    if folder is None:
        raise UsageError("Geef de MAP die moet worden gemaakt, of --check om er een na te kijken.")
    made = founding.make(folder, name)
    if as_json:
        print_json({"folder": str(folder), "made": made})
        return OK
    people.print(
        f"De map van {name.strip()} staat in {folder}: {', '.join(made)}.\n"
        f"Werk erin, of geef 'zichtlijn --organisatie {folder} ...'. {founding.READ_ME} zegt wat"
        f" waar hoort; 'zichtlijn init --check {folder}' kijkt na.",
        markup=False,
        soft_wrap=True,
    )
    return OK


def _check(folder: Path | None, *, as_json: bool) -> int:
    from pipelines import founding

    if folder is None and (here := organisation.current()):
        folder = here.folder
    if folder is None:
        raise UsageError("Hier is geen map van een organisatie; noem er een: init --check MAP.")
    own, remarks = founding.check(folder)
    wrong = any(remark.wrong for remark in remarks)
    if as_json:
        print_json({"folder": str(own.folder), "name": own.name,
                    "remarks": [remark.as_dict() for remark in remarks]})  # fmt: skip
        return USAGE if wrong else OK
    for remark in remarks:
        said = remark.text if remark.wrong else f"Let op: {remark.text}"
        people.print(said, markup=False, soft_wrap=True)
    if not wrong:
        people.print(f"De map van {own.name} is te gebruiken.", markup=False)
    return USAGE if wrong else OK
