"""The command `explain`: from a figure back to the delivered rows behind it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines import settings
from pipelines.cli.console import (
    OK,
    AsJson,
    Workdir,
    app,
    people,
    plain,
    print_json,
    standard_output,
)
from pipelines.errors import UsageError


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
            print_json({"unprotected": why.WARNING, "files": files} | told.as_dict())
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
        print_json(about | found.as_dict())
    else:
        _show_explanation(found, files, limit)
        if released:
            people.print(f"In de publicatie: {released}", markup=False, soft_wrap=True)
    return OK


def _show_money(told: Any, files: dict[str, str], limit: int) -> None:
    """Every euro of the balance: its sum, its parameters, and the first rows of each reason."""
    out = standard_output()
    out.print(f"Balans van Zorg In School, {told.year}", markup=False)
    for step in told.steps:
        name = f"{step.label} ({step.payer})" if step.payer else step.label
        out.print(f"{name}: {plain(step.value)} euro", markup=False, soft_wrap=True)
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
    out = standard_output()
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
            out.print(f"{name}: {plain(value)} ({words or found.unit})", markup=False)
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
