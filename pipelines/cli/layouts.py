"""Commands about suppliers' layouts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines import contracts
from pipelines.cli.console import NOT_ALL_ACCEPTED, OK, AsJson, layout_app, people, print_json
from pipelines.errors import DeliveryRefused, UsageError


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
    from pipelines.ingest import layout_files
    from pipelines.ingest.propose import story

    if out is not None and out.exists():
        raise UsageError(f"{out} bestaat al; kies een andere naam.")
    try:
        proposal, text = story.for_file(
            file, contracts.load(), dataset=dataset, known=layout_files.load()
        )
    except DeliveryRefused as refusal:
        people.print(str(refusal), markup=False)
        return NOT_ALL_ACCEPTED
    if out is not None:
        out.write_text(text, "utf-8", newline="\n")
    if as_json:
        print_json(proposal.as_dict())
        return OK
    _show_proposal(proposal)
    if out is None:
        sys.stdout.write(text)
    else:
        people.print(f"Het voorstel staat in {out}. Controleer het.", markup=False)
    return OK


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
