"""Commands about suppliers' layouts."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines import contracts, organisation
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
    own = organisation.current()
    try:
        proposal, text = story.for_file(
            file, contracts.load(), dataset=dataset, known=layout_files.load()
        )
    except DeliveryRefused as refusal:
        people.print(str(refusal), markup=False)
        return NOT_ALL_ACCEPTED
    if out is None and own is not None:
        out = _free(own.folder / organisation.LAYOUTS / f"{proposal.name}{organisation.PROPOSAL}")
    if out is not None:
        out.write_text(text, "utf-8", newline="\n")
    if as_json:
        print_json(proposal.as_dict())
        return OK
    _show_proposal(proposal)
    if out is None:
        sys.stdout.write(text)
    else:
        tried = f"zichtlijn check {shlex.quote(str(file))} --layout {shlex.quote(str(out))}"
        later = (
            f" Klopt het, geef het dan een naam op {organisation.FOLDERS[organisation.LAYOUTS]}."
        )
        people.print(
            f"Het voorstel staat in {out}. Controleer het, en probeer het met:\n{tried}\n"
            f"{later if out.name.endswith(organisation.PROPOSAL) else ''}".rstrip(),
            markup=False,
            soft_wrap=True,
        )
    return OK


def _free(path: Path) -> Path:
    if path.exists():
        raise UsageError(f"{path} bestaat al; kies met --out een andere naam, of haal het weg.")
    return path


@layout_app.command("check")
def layout_check(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Een indeling.")],
    as_json: AsJson = False,
) -> int:
    """Kijk een indeling na: namen, kolommen en codes die niet bestaan, met regel."""
    from pipelines.ingest import layout_files

    if not file.is_file():
        raise UsageError(f"{file} is er niet, of is geen bestand.")
    layout = layout_files.from_file(file, file.name)
    others = [one for one in layout_files.load() if one.id != layout.id]
    layout_files.refuse_twins([*others, layout])
    if as_json:
        print_json({"id": layout.id, "dataset": layout.dataset, "headers": len(layout.columns)})
        return OK
    people.print(
        f"Indeling {layout.id} is te gebruiken: {len(layout.columns)} koppen van {layout.dataset}.",
        markup=False,
    )
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
