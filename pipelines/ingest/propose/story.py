"""A proposal for the layout of an unknown file: which header could be which column, and how sure.

Headers are compared with the contract's names and labels and with words known from practice
(`data_contracts/kopwoorden.yaml`); a sample of the cells says whether the type, the code list or
the form fits. Headers that differ in a year only, or that are questions of a questionnaire, become
rows. A person decides. What identifies persons is never proposed but named by kind, and no value
of the file is repeated, apart from a label that reads like one of the column's own code list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.contracts import Column, Contracts, Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest import identity, read
from pipelines.ingest.anonymise import table
from pipelines.ingest.headings import normal
from pipelines.ingest.layout import Layout
from pipelines.ingest.layouts import HEADER_WITHIN, shown
from pipelines.ingest.persons import may_be_person
from pipelines.ingest.propose.cells import (
    FITS,
    SAMPLE_ROWS,
    Cells,
    cells_of,
    header_row_of,
    share_of,
)
from pipelines.ingest.propose.labels import code_guesses, unknown_labels
from pipelines.ingest.propose.proposal import Certainty, CodeGuess, Guess, Proposal, Unfold, as_yaml
from pipelines.ingest.propose.scores import (
    LIKELY,
    POSSIBLE,
    SURE,
    Words,
    assigned_columns,
    explained,
    is_called,
    known_words,
    scores_of,
)
from pipelines.ingest.propose.wide import (
    NOT_WIDE,
    narrowed_by,
    questions_of,
    takes_wide,
    unfold_of,
    with_wide,
    years_of,
)
from pipelines.ingest.read import TextFrame

FITTING = 0.9  # share of the headers that are not identifying from which a known layout fits


def propose(
    text: TextFrame,
    contracts: Contracts,
    *,
    dataset: str | None = None,
    known: Iterable[Layout] = (),
    head_words: Mapping[str, Sequence[str]] | None = None,
) -> Proposal:
    """The likeliest layout of `text`; for `dataset` when given, else for the dataset it fits best.

    `known`: layouts whose headers are taken as further words for a column. `head_words`: words per
    column in place of `kopwoorden.yaml`. Raises `DeliveryRefused` when no header row is found, or
    none that looks like a contract's.
    """
    header_row, found_headers = header_row_of(text)
    body = text.frame.filter(pl.col("rij") > header_row).head(SAMPLE_ROWS)
    found_cells = {place: cells_of(body[place]) for place in found_headers}
    words = Words(known_words() if head_words is None else head_words, known)
    candidates = [contracts.dataset(dataset)] if dataset else list(contracts.datasets.values())
    maybe = (questions_of(found_headers), years_of(found_headers, found_cells))
    for wide in (*filter(None, maybe), NOT_WIDE):
        able = [d for d in candidates if not wide.questionnaire or any(c.asked for c in d.columns)]
        if not able:
            continue
        headers, cells = narrowed_by(wide, found_headers, found_cells, body)
        ranked = [
            (with_wide(scores_of(headers, cells, d, contracts, words), wide, d), d) for d in able
        ]
        scores, chosen = max(ranked, key=lambda pair: explained(pair[0], pair[1]))
        if wide is NOT_WIDE or takes_wide(scores, chosen):
            break
    likely = [
        place
        for place, (_, score, _) in assigned_columns(scores, chosen).items()
        if score >= LIKELY and place in found_headers
    ]
    called = sum(is_called(header, chosen, words) for header in headers.values())
    if called + len(wide.names) < 2:
        # What stands there may be somebody's data and no headers at all: repeat none of it.
        raise DeliveryRefused(
            "indeling.onbekend",
            "De koppen lijken op geen enkel contract. Staat er wel een kopregel in het bestand?"
            " Geef anders met --dataset aan waar het bij hoort.",
        )
    sightings = identity.inspect(
        text, person_level=chosen.person_level, header_row=header_row, mapped=likely
    )
    barred = {s.cell for s in sightings}
    scores = {place: row for place, row in scores.items() if place not in barred}
    found = assigned_columns(scores, chosen)
    guesses = tuple(
        _guess(header, found.get(place), cells[place], chosen)
        for place, header in headers.items()
        if place not in barred and place in found_headers
    )
    places = {c: p for p, (c, score, _) in found.items() if score >= POSSIBLE}
    return _completed(
        chosen, header_row, guesses, [(s.kind, s.column) for s in sightings], places, cells,
        contracts, unfold_of(wide, found, chosen),
    )  # fmt: skip


def for_file(
    path: Path, contracts: Contracts, *, dataset: str | None, known: Sequence[Layout]
) -> tuple[Proposal, str]:
    """The proposal for a file's largest table, and the layout file it would make.

    Raises `DeliveryRefused` when the file cannot be read or has no header row.
    """
    text = max(read.read(path), key=lambda t: t.frame.height)
    fitting = _fitting(text, known, contracts)
    asked = dataset or (fitting.dataset if fitting else None)
    try:
        proposal = propose(text, contracts, dataset=asked, known=known)
    except DeliveryRefused as refusal:
        if fitting is None:
            raise
        told = _fits(fitting, ())
        raise DeliveryRefused("indeling.bekend", told[0].upper() + told[1:]) from refusal
    if fitting:
        proposal = replace(
            proposal,
            fitting=fitting.id,
            remarks=(_fits(fitting, proposal.identifying), *proposal.remarks),
        )
    name = re.sub(r"[^a-z]+", "_", normal(path.stem)).strip("_") or "nieuw"
    if proposal.dataset not in name:
        name = f"{name}_{proposal.dataset}"
    proposal = replace(proposal, name=name)
    return proposal, as_yaml(proposal, layout_id=name, supplier="onbekend")


def _fitting(text: TextFrame, known: Sequence[Layout], contracts: Contracts) -> Layout | None:
    """The known layout that reads nearly all of what is not identifying."""
    found = [
        table.best_layout([c for c in cells if c and c.strip()], known, contracts)
        for _number, cells in text.head(HEADER_WITHIN)
        if sum(bool(c and c.strip()) for c in cells) > 1
    ]
    layout, share = max(found, key=lambda one: one[1], default=(None, 0.0))
    return layout if share >= FITTING else None


def _fits(layout: Layout, identifying: Sequence[tuple[str, str]]) -> str:
    if identifying:
        return (
            f"de bekende indeling {layout.id} ({layout.dataset}) past op dit bestand als 'zichtlijn"
            " anonymise' de herleidbare kolommen heeft vervangen. Een nieuwe indeling is dan niet"
            " nodig."
        )
    return (
        f"de bekende indeling {layout.id} ({layout.dataset}) leest dit bestand al. Een nieuwe"
        " indeling is niet nodig."
    )


def _guess(
    header: str, found: tuple[str, float, str] | None, cells: Cells, dataset: Dataset
) -> Guess:
    if found is None or found[1] < POSSIBLE:
        fit = "(afgeschermde kop)" if may_be_person(header) else shown(header)
        return Guess(fit, None, "niet gevonden", "geen kolom past bij kop en inhoud")
    column, score, why = found
    certainty: Certainty = (
        "zeker" if score >= SURE else "waarschijnlijk" if score >= LIKELY else "onzeker"
    )
    if dataset.column(column).kind == "datum" and cells.month_first:
        return Guess(shown(header), column, "onzeker", f"{why}; de maand lijkt vooraan te staan")
    return Guess(shown(header), column, certainty, why)


def _left_over(left: int, column: Column, guessed: Sequence[CodeGuess]) -> str:
    """How many labels have no code yet; of these only what reads like the list is named."""
    unsure = [f"'{g.label}'" for g in guessed if g.certainty == "onzeker"]
    named = f" (waaronder {', '.join(unsure)})" if unsure else ""
    many = "1 benaming" if left == 1 else f"{left} benamingen"
    return (
        f"{many}{named} in {column.name} {'staat' if left == 1 else 'staan'} niet in de codelijst"
        f" {column.codes} en {'lijkt' if left == 1 else 'lijken'} er niet genoeg op; vul aan onder"
        " codes."
    )


def _completed(
    dataset: Dataset,
    header_row: int,
    guesses: tuple[Guess, ...],
    identifying: Sequence[tuple[str, str]],
    places: Mapping[str, str],
    cells: Mapping[str, Cells],
    contracts: Contracts,
    unfold: Unfold | None,
) -> Proposal:
    dates: dict[str, str] = {}
    edits: dict[str, dict[str, str | int]] = {}
    remarks: list[str] = []
    codes: dict[str, tuple[CodeGuess, ...]] = {}
    comma = 0
    separators: list[str] = []
    for name, place in places.items():
        column, seen = dataset.column(name), cells[place]
        if column.kind == "datum" and seen.rows:
            form = max(seen.dates, key=lambda f: seen.dates[f])
            if seen.dates[form] >= 0.5:
                dates[name] = form
            if seen.month_first:
                remarks.append(
                    f"in {name} lijkt de maand vóór de dag te staan; zo'n levering wordt geweigerd."
                )
        elif column.kind == "getal":
            comma += int(seen.values.str.contains(r"\d,\d").sum())
        elif column.kind == "lijst":
            separators += [s for s in "|;,/" if seen.values.str.contains(s, literal=True).any()]
        if (column.pattern or "").startswith("^GM") and share_of(seen.values, r"^\d{3,4}$") >= FITS:
            edits[name] = {"voorvoegsel": "GM", "breedte": 4}
        if column.codes:
            labels = unknown_labels(seen, column, contracts, separators)
            guessed = code_guesses(labels, contracts.codes[column.codes].values())
            if guessed:
                codes[name] = guessed
            if left := len(labels) - sum(g.certainty != "onzeker" for g in guessed):
                remarks.append(_left_over(left, column, guessed))
    required = tuple(c.name for c in dataset.columns if c.required and c.name not in places)
    if required:
        remarks.append(
            f"voor deze verplichte kolommen is geen kop gevonden: {', '.join(required)}."
        )
    return Proposal(
        dataset=dataset.id,
        header_row=header_row,
        guesses=guesses,
        identifying=tuple(dict.fromkeys(identifying)),
        required=required,
        dates=dates,
        decimal="komma" if comma else "punt",
        list_separator=separators[0] if separators else "|",
        edits=edits,
        remarks=tuple(remarks),
        codes=codes,
        unfold=unfold,
    )
