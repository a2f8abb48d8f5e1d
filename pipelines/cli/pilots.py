"""The command `pilot`: what a pilot can find, and holding a written plan against its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from pipelines import settings
from pipelines.cli.console import OK, AsJson, Workdir, app, people, print_json, standard_output

if TYPE_CHECKING:
    from pipelines.effects.pilots.plan import PilotPlan
    from pipelines.release.pilots import Known

Comparison = Annotated[
    int, typer.Option(help="Vergelijkingsscholen; 0 is zonder vergelijkingsgroep.")
]
Guard = Annotated[
    float | None,
    typer.Option(
        min=0,
        help="Maanden vóór en na de start zonder welke een uitkomst nog eens wordt bekeken"
        " (anders de parameter effect_maanden_rondom van de publicatie).",
    ),
]
Wanted = Annotated[
    float | None,
    typer.Option(
        help="Gewenst effect van die uitkomst: procent minder, of een verschil in de eenheid."
    ),
]
Margin = Annotated[float | None, typer.Option(help="Marge voor kostenneutraal, in euro per jaar.")]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Leg het plan vast (.yaml of .json)."),
]
CheckPlan = Annotated[
    Path | None,
    typer.Option("--check", metavar="FILE", help="Leg de publicatie naast een eerder plan."),
]


@app.command()
def pilot(
    schools: Annotated[int, typer.Option(help="Scholen met Zorg In School.")] = 10,
    comparison: Comparison = 10,
    pupils: Annotated[float, typer.Option(help="Gevolgde leerlingen per school.")] = 25,
    before: Annotated[float, typer.Option(help="Maanden gevolgd vóór de start.")] = 24,
    during: Annotated[float, typer.Option(help="Maanden gevolgd na de start.")] = 24,
    guard: Guard = None,
    outcome: Annotated[str, typer.Option(help="De ene uitkomst die straks telt.")] = "zis_m2",
    effect: Wanted = None,
    margin: Margin = None,
    margin_source: Annotated[str, typer.Option(help="Wie die marge vaststelde, en waar.")] = "",
    save: Save = None,
    check_plan: CheckPlan = None,
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
    _show_plan(known, made, guard, save, as_json)
    return OK


def _show_plan(
    known: Known, made: PilotPlan, guard: float, saved: Path | None, as_json: bool
) -> None:
    from pipelines.release import pilots

    forecasts = pilots.forecasts(known.bases, made, guard)
    claim = pilots.claim(made)
    if as_json:
        print_json(
            {
                "release": known.release,
                "plan": pilots.as_dict(made),
                "guard_months": guard,
                "forecasts": [asdict(one) for one in forecasts],
                "claim": claim,
                "saved": None if saved is None else str(saved),
            }
        )
        return
    _show_forecasts(forecasts, guard)
    people.print(pilots.months_told(made, guard), markup=False, soft_wrap=True)
    people.print(claim, markup=False, soft_wrap=True)
    if saved is not None:
        people.print(f"Het plan ligt vast in {saved} (kenmerk {made.hash[:12]}).", markup=False)


def _check_plan(path: Path, known: Known, as_json: bool) -> int:
    from pipelines.release import pilots

    plan = pilots.load(path)
    found, neutral = pilots.held_against(plan, known), pilots.neutral(plan, known)
    if as_json:
        told = [asdict(one) for one in found]
        print_json({"release": known.release, "deviations": told, "cost_neutral": neutral})
        return OK
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("onderdeel", "gepland", "gekomen", "afwijking"):
        table.add_column(title, overflow="fold")
    for one in found:
        said = {True: "ja", False: "nee", None: "niet te zeggen"}[one.deviates]
        table.add_row(one.subject, one.planned, one.came, said)
    standard_output().print(table)
    standard_output().print(neutral, markup=False, soft_wrap=True)
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
    standard_output().print(table)
