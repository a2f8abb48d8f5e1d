"""One form that came back: what it says, or why it cannot be counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contracts import Column, Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.evaluation import forms
from pipelines.evaluation.round import school_year
from pipelines.ingest import deliveries, headings, questionnaires
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.layout import Layout
from pipelines.ingest.notation import NO_VALUE

WORDS = "?"  # in place of words where a code or a number belongs
_FORMS = {"geheel": r"-?\d{1,6}([.,]\d{1,6})?", "ja_nee": "[JN]"}

LAYOUT = "formulier_evaluatie_antwoorden"

Answers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Form:
    """One form: `rows` holds the contract's columns in their order, one row per question."""

    file: str
    number: str
    group: str
    year: str
    place: str
    rows: Answers
    answered: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the sender may want to ask about; the form is in the delivery all the same."""
        found = []
        if self.answered and not self.place:
            found.append("geen school of wijk gekozen; telt alleen in het totaal")
        if any(WORDS in row for row in self.rows):
            found.append("woorden waar een cijfer of een code hoort; die cellen gaan niet mee")
        return tuple(found)


def read_form(path: Path, name: str, contracts: Contracts, known: Sequence[Layout]) -> Form:
    """Raises `DeliveryRefused` for whatever is not one whole form."""
    if path.suffix.lower() == ".zip":
        raise DeliveryRefused("formulier.zip", "Pak het zipbestand eerst uit.")
    found = deliveries.open_file(path, contracts, known)
    delivery = found[0]
    if len(found) != 1 or delivery.match.layout.id != LAYOUT:
        raise DeliveryRefused(
            "formulier.anders",
            "Dit is geen formulier van 'zichtlijn evaluation new', maar een levering van"
            f" {delivery.dataset}. Zet haar zelf in de inbox.",
        )
    columns = contracts.dataset(delivery.dataset).columns
    places = delivery.match.places
    rows = tuple(
        tuple(_kept(column, row[places[column.name]] or "") for column in columns)
        for row in _question_rows(delivery)
    )
    at = {column.name: place for place, column in enumerate(columns)}

    def only(column: str) -> str:
        values = {row[at[column]] for row in rows}
        return values.pop() if len(values) == 1 else ""

    number, group, year = only("antwoord_id"), only("groep"), only("ronde")
    if not number or group not in questionnaires.GROUPS or not _is_school_year(year):
        raise DeliveryRefused(
            "formulier.beschadigd",
            "Het formulier is beschadigd: formuliernummer, doelgroep of schooljaar ontbreekt of is"
            " niet overal gelijk. Vraag de invuller een nieuw, ongewijzigd formulier te gebruiken.",
        )
    answered = any(row[at["score"]] or row[at["nvt"]] for row in rows)
    return Form(
        name, number, group, year, only("vestigingscode") or only("wijkcode"), rows, answered
    )


def _kept(column: Column, text: str) -> str:
    """What may be passed on of a cell: a code or a number.

    Over a list words can be pasted, and words can be about somebody. Ingestion sets the row apart
    by the sign that stands in their place.
    """
    text = text.strip()
    form = _FORMS.get(column.kind) or column.pattern or ""
    return text if not text or re.fullmatch(form, text) or column.codes else WORDS


def _question_rows(delivery: Delivery) -> list[dict[str, str | None]]:
    """The rows of the questions.

    Raises `DeliveryRefused` when an answer was chosen but the formulas behind it were never worked
    out: the form would count as empty.
    """
    match = delivery.match
    # A form that nobody opened holds formulas without a value: nothing was answered there.
    texts = pl.col(pl.String)
    frame = delivery.text.frame.with_columns(pl.when(texts != NO_VALUE).then(texts))
    number = pl.col(match.places["vraag_id"]).str.strip_chars().fill_null("")
    rows = frame.filter((pl.col("rij") > match.header_row) & (number != "")).to_dicts()
    header = frame.filter(pl.col("rij") == match.header_row).to_dicts()[0]
    seen = next(
        (cell for cell, text in header.items() if isinstance(text, str) and _is_answer(text)), None
    )
    if seen is None or not rows:
        raise DeliveryRefused(
            "formulier.beschadigd",
            f"De kolom '{forms.SEEN[forms.ANSWER]}' of de vragen zijn weg. Vraag de invuller een"
            " nieuw, ongewijzigd formulier te gebruiken.",
        )
    said = (match.places["score"], match.places["nvt"])
    if any(row[seen] and not any(row[cell] for cell in said) for row in rows):
        raise DeliveryRefused(
            "formulier.niet_berekend",
            "Er zijn antwoorden gekozen, maar de formules erachter zijn niet uitgerekend. Open het"
            " formulier in Excel of LibreOffice, bewaar het, en verzamel opnieuw.",
        )
    return rows


def _is_answer(text: str) -> bool:
    return headings.normal(text) == headings.normal(forms.SEEN[forms.ANSWER])


def _is_school_year(text: str) -> bool:
    try:
        return school_year(text) == text
    except UsageError:
        return False
