"""Findings about a delivery as a whole, which no row of it breaks."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.contracts import Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest.layout import Match
from pipelines.validate.check import Check
from pipelines.validate.quarantine import LISTED, Finding

NAME = "naam"  # the name of a file says otherwise than its rows
UNSENT = "niet_verzonden"  # answers that were filled in and not sent


def about_name(dataset: Dataset, astray: str) -> list[Finding]:
    """A finding about the name of the file or sheet, where its rows say otherwise."""
    if not astray:
        return []
    name = Check(
        id=f"{dataset.id}.{NAME}",
        sort="bron",
        severity="waarschuwing",
        dimension="consistency",
        columns=(dataset.period_column or "",),
        fails="false",
        message=astray,
        remedy="Geef het bestand een naam met het schooljaar van zijn rijen.",
        owner=dataset.owner,
    )
    return [Finding(name, ())]


def refuse_nothing_sent(con: duckdb.DuckDBPyConnection, staged: str, unsent: Sequence[int]) -> None:
    """Such an export would take the place of one with answers."""
    if unsent and not con.execute(f"SELECT 1 FROM {staged} LIMIT 1").fetchone():
        raise DeliveryRefused(
            f"levering.{UNSENT}",
            f"Geen van de {len(unsent)} antwoorden in het bestand is verzonden: de kolom met de"
            " datum van verzenden is overal leeg. Er is niets geladen. Exporteer de verzonden"
            " antwoorden (in LimeSurvey: alle antwoorden, of alleen de volledige).",
        )


def about_sending(dataset: Dataset, match: Match, unsent: Sequence[int]) -> list[Finding]:
    """A finding about answers that were filled in and not sent; where the layout knows a column
    that tells and the file has none, that it could not be told."""
    wide = match.layout.unpivot
    if not match.layout.sent or wide is None or not (unsent or not match.sent):
        return []
    counted = wide.incomplete_counts
    done = "tellen mee" if counted else "tellen niet mee en zijn overgeslagen"
    check = Check(
        id=f"{dataset.id}.{UNSENT}",
        sort="bron",
        severity="waarschuwing",
        dimension="completeness",
        columns=(wide.value_to,),
        fails="false",
        message=(
            "Deze antwoorden zijn ingevuld en niet verzonden (de kolom met de datum van verzenden"
            f" is leeg). Zij {done}."
        ),
        remedy=(
            "U hoeft niets te herstellen. Of zulke antwoorden meetellen staat in de vragenlijst"
            " (niet_verzonden)."
        ),
        owner=dataset.owner,
        could_not_run=(
            ""
            if match.sent
            else f"de kolom {match.layout.sent[0]} ontbreekt, zodat niet te zien is welke"
            " antwoorden verzonden zijn; alle tellen mee"
        ),
    )
    if not match.sent:
        return [Finding(check, (), outcome="niet_gecontroleerd")]
    return [Finding(check, tuple(unsent[:LISTED]), len(unsent))]
