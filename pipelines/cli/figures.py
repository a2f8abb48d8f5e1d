"""Commands about figures: what is declared and planned, and what a release says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines import contracts, settings
from pipelines.cli.console import (
    OK,
    AsJson,
    Workdir,
    app,
    people,
    print_json,
    standard_output,
    thousands,
)
from pipelines.cli.outcomes import show_folded


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
        print_json(declared)
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
    missing: Annotated[
        bool,
        typer.Option(
            "--wat-ontbreekt", help="Toon per cijfer en niveau wat er niet is, en waarom."
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Toon het publicatieplan: alle tabellen die ooit getoond mogen worden, met de definities."""
    if missing:
        return _show_missing(workdir, as_json)
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
        print_json(found.as_dict() | ({} if workdir is None else {"folded": named}))
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
    standard_output().print(table)
    people.print(
        f"Publicatieplan {found.version}: wat hier niet staat, wordt niet geteld en niet getoond."
        f" 'Vanaf' is het kleinste aantal kinderen dat te zien is; aantallen zijn afgerond op een"
        f" veelvoud van {found.rounding}.",
        markup=False,
        soft_wrap=True,
    )
    show_folded(folded)
    return OK


def _show_missing(workdir: Path | None, as_json: bool) -> int:
    """What can be asked and is not shown, and why; with a work folder, also what is too small."""
    from pipelines.metrics.catalogue import METRICS
    from pipelines.release import reach
    from pipelines.release.served import open_served

    if workdir is None:
        found = reach.reach(METRICS)
    else:
        with open_served(workdir) as (_, con):
            found = reach.of_release(METRICS, con)
    if as_json:
        print_json(found.as_dict())
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("cijfer", "niveau", "waarom niet"):
        table.add_column(title, overflow="fold")
    for one in reach.missing(found):
        seen = f"Te zien bij {one.visible or 0} van de {one.units or 0}."
        table.add_row(one.metric, one.level, one.because or seen)
    standard_output().print(table)
    people.print(
        f"Van {len(found.asked)} combinaties van cijfer en niveau die iets betekenen, zijn er"
        f" {len(found.answered)} te zien ({100 * found.share:.0f}%).",
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
        print_json(found.as_dict())
    else:
        _show_cells(found)
    return OK


@app.command()
def effects(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Toon van elke belofte van Zorg In School wat er is gemeten, en hoe zeker dat is."""
    from pipelines.release import estimates

    found = estimates.effects(estimates.read(workdir or settings.default_workdir()))
    if as_json:
        print_json(found)
        return OK
    _show_effects(found)
    return OK


@app.command()
def savings(workdir: Workdir = None, as_json: AsJson = False) -> int:
    """Toon wat Zorg In School kost en bespaart: de hele berekening, met de onzekerheid."""
    from pipelines.release import estimates

    released = estimates.read(workdir or settings.default_workdir())
    found = estimates.savings(released)
    if as_json:
        print_json(found)
        return OK
    _show_savings(found)
    return OK


def _show_effects(found: list[dict[str, Any]]) -> None:
    out = standard_output()
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
    out = standard_output()
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
            numbers = ("" if v is None else thousands(v) for v in (line["value"], low, high))
            table.add_row(year, label, line["payer"] or "", *numbers)
    out.print(table)
    out.print(f"Publicatie {found['release']}. Bedragen in euro.", markup=False)


_TEXTS = ("schooljaar", "niveau", "gebied", "categorie", "maat")
_NUMBERS = ("teller", "noemer", "waarde", "n")


def _show_cells(found: Any) -> None:
    """A table that fits a window of 80 columns: what is the same in every row stands above it, and
    what is to be said of a row below it, under a number."""
    out = Console(highlight=False)
    out.print(f"{found.label}: {found.definition}", markup=False)
    cells = found.as_dict()["cells"]
    same = {name for name in _TEXTS[1:] if len({cell[name] for cell in cells}) == 1}
    if told := ", ".join(f"{n} {cells[0][n]}" for n in _TEXTS if n in same and cells[0][n]):
        out.print(f"Overal: {told}.", markup=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (name for name in _TEXTS if name not in same):
        table.add_column(title, overflow="fold")
    for title in (*_NUMBERS[:3], "interval", _NUMBERS[3], ""):
        table.add_column(title, justify="right", no_wrap=True)
    notes: dict[str, int] = {}
    for cell in cells:
        why = " ".join(filter(None, (cell["reden"], cell["dekking"], cell["instead"])))
        mark = f"{notes.setdefault(why, len(notes) + 1)})" if why else ""
        numbers = [_told(cell[name]) for name in _NUMBERS]
        between = (
            "" if cell["onder"] is None else f"{_told(cell['onder'])}\u2013{_told(cell['boven'])}"
        )
        texts = (cell[name] for name in _TEXTS if name not in same)
        table.add_row(*texts, *numbers[:3], between, numbers[3], mark)
    out.print(table)
    for why, number in notes.items():
        out.print(f"{number}) {why}", markup=False)
    out.print(f"Publicatie {found.release}. {found.note}", markup=False)


def _told(value: float | None) -> str:
    """1234.5 -> 1.234,5; a hidden number is a dot."""
    if value is None:
        return "."
    whole, _, decimals = f"{value:,.1f}".partition(".")
    return whole.replace(",", ".") + ("" if decimals == "0" else f",{decimals}")
