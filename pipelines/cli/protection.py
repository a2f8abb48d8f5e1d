"""Commands about protection: ledger, audit, a question outside the plan, certificate."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines import settings
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

    from pipelines.delivery.intake import today
    from pipelines.release import decisions, ledger
    from pipelines.warehouse import engine

    folder = workdir or settings.default_workdir()
    with engine.held(folder) if never or file or code else nullcontext():  # a run counts with it
        if never:
            ledger.declare(folder, never, reason=reason, by=by, day=today())
        if file is not None:
            ledger.add(folder, file)
        if code:
            decisions.decide(folder, code, reason=reason, by=by, day=today())
    pages, declared = ledger.pages(folder), ledger.declarations(folder)
    decided = decisions.decisions(folder)
    if as_json:
        print_json(
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
    standard_output().print(table)
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

    outcome = audit(workdir or settings.default_workdir(), progress=progress)
    if as_json:
        print_json(outcome.as_dict())
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
        print_json(told | {"cells": [] if only_ask else told["cells"]})
        return OK if found.verdict != "mag niet" else NOT_ALL_ACCEPTED
    words = {"mag": "Dat mag.", "mag zo": "Dat mag zo.", "mag niet": "Dat mag niet, want:"}
    standard_output().print(f"{words[found.verdict]} {found.why}", markup=False, soft_wrap=True)
    if only_ask or found.cells.is_empty():
        return OK if found.verdict != "mag niet" else NOT_ALL_ACCEPTED
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("schooljaar", "gebied", "categorie", "waarde"):
        table.add_column(title)
    for year, area, category, value, status in found.cells.select(
        "schooljaar", "gebied", "categorie", "waarde", "status"
    ).iter_rows():
        table.add_row(year, area, category, f"{value:g}" if status == "zichtbaar" else "·")
    standard_output().print(table)
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
        print_json({"file": str(chosen), "signed_by": signer, "trusted": bool(expected), **counts})
        return OK
    whose = "die werd verwacht" if expected else "waarvan --key niet zegt van wie zij is"
    standard_output().print(
        f"Het bewijs van {chosen.name} klopt: {counts['verborgen']} afgeschermde aantallen en"
        f" {counts['bedragen']} bedragen en sommen in {counts['tellingen']} tellingen kunnen ook"
        f" een ander getal zijn; {counts['nooit nul']} aantallen daarvan zijn zeker niet nul."
        f" Ondertekend met de sleutel {whose}: {signer}",
        markup=False,
        soft_wrap=True,
    )
    return OK


def _show_audit(outcome: Any) -> None:
    """What the attackers found: places, never numbers."""
    out = standard_output()
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
