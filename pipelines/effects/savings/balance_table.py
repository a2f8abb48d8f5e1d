"""The columns of `besparing_balans` and `besparing_gevoeligheid`, and one row of the former."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pipelines.effects.rounding import Status
from pipelines.effects.savings import arithmetic

BALANS: Mapping[str, pl.DataType] = {
    "schooljaar": pl.String(),
    "route": pl.String(),
    "onderdeel": pl.String(),
    "onderdeel_label": pl.String(),
    "betaler": pl.String(),
    "waarde": pl.Float64(),
    "onder": pl.Float64(),
    "midden": pl.Float64(),
    "boven": pl.Float64(),
    "eenheid": pl.String(),
    "volgorde": pl.Int64(),
    "leidend": pl.Boolean(),
    "status": pl.String(),
    "reden": pl.String(),
    "zin": pl.String(),
}
GEVOELIGHEID: Mapping[str, pl.DataType] = {
    "naam": pl.String(),
    "label": pl.String(),
    "waarde": pl.Float64(),
    "laag": pl.Float64(),
    "hoog": pl.Float64(),
    "eenheid": pl.String(),
    "verdeling": pl.String(),
    "bron": pl.String(),
    "netto_laag": pl.Float64(),
    "netto_hoog": pl.Float64(),
    "volgorde": pl.Int64(),
}

TOTAL = "totaal"

PRESENT = "contant gemaakt"
"""What every amount over all school years together is; said in its label."""

ACCEPTED = (10, 20, 30, 40, 50)
"""Shortfalls of which the chance is told (the acceptability curve), in percent of the cost."""


def accepted(percent: int) -> str:
    """The part that holds the chance of falling short by at most this."""
    return f"aanvaardbaar_{percent}"


LABELS: Mapping[str, str] = {
    "programmajaar": "Jaar van het programma",
    "prijspeil": "Bedragen in prijzen van",
    "locaties": "Locaties die meedoen",
    "deelnemers": "Deelnemers",
    "aantal_beschikkingen": "Aantal vermeden beschikkingen",
    "aantal_tegengesproken": "Meldingen die het register tegenspreekt",
    "aantal_niet_na_te_gaan": "Meldingen die niet na te gaan zijn",
    "aantal_zorgplannen": "Aantal vermeden zorgplannen",
    "jeugdhulp": "Minder jeugdhulp",
    "volume": "waarvan minder uren",
    "mix": "waarvan andere soorten hulp",
    "prijs": "waarvan tarieven die anders stegen dan de prijzen",
    "beschikkingen": "Vermeden beschikkingen",
    "zorgplannen": "Vermeden zorgplannen",
    "bruto": "Bruto besparing",
    "programmakosten": "Kosten van het programma",
    "netto": "Netto besparing",
    "netto_betaler": "Netto voor deze betaler",
    "netto_contant": "Netto besparing, contant gemaakt",
    "cumulatief": "Netto tot en met dit schooljaar, contant gemaakt",
    "kans_terugverdiend": "Kans dat de kosten vanaf dit schooljaar zijn terugverdiend",
    "vrijkomend": "Deel van de jeugdhulp dat echt als geld vrijkomt",
    "per_deelnemer": "Netto per deelnemer",
    "euro_per_euro": "Opbrengst per euro",
    "kosten_per_locatie": "Kosten per locatie per schooljaar",
    "kans_kostenneutraal": "Kans dat het netto niet onder nul ligt",
    "marge": "Marge waarbinnen het kostenneutraal heet",
    "netto_toets": "Netto besparing met 90%-interval, voor de toets op kostenneutraal",
    "kans_binnen_marge": "Kans dat het netto binnen de marge ligt",
    **{
        accepted(percent): f"Kans dat er hoogstens {percent}% van de kosten bij moet"
        for percent in ACCEPTED
    },
}
# Units of the parts that are no amount of money.
_UNITS: Mapping[str, str] = {
    "programmajaar": "jaar",
    "prijspeil": "kalenderjaar",
    "locaties": "locaties",
    "deelnemers": "leerlingen",
    "aantal_beschikkingen": "leerlingen",
    "aantal_tegengesproken": "leerlingen",
    "aantal_niet_na_te_gaan": "leerlingen",
    "aantal_zorgplannen": "leerlingen",
    "euro_per_euro": "euro per euro",
    "kans_kostenneutraal": "procent",
    "kans_terugverdiend": "procent",
    "kans_binnen_marge": "procent",
    **{accepted(percent): "procent" for percent in ACCEPTED},
}
# What the outcome depends on besides the parameters: label and source.
DRIVERS: Mapping[str, tuple[str, str]] = {
    "route": ("Gekozen vergelijking", "de routes naast elkaar"),
    "steekproef": ("Welke scholen meedoen", "hertrekking"),
}


def unit_of(part: str) -> str:
    """The unit of a part of the balance."""
    return _UNITS.get(part, "euro")


def label_of(part: str, year: str) -> str:
    """The label of a part; an amount over all school years says on which basis it stands.

    What one school year costs is an amount of no year in particular: it is not discounted.
    """
    label = LABELS[part]
    money = unit_of(part) in ("euro", "euro per euro") and part != "kosten_per_locatie"
    plain = not money or PRESENT in label
    return label if year != TOTAL or plain else f"{label}, {PRESENT}"


def balance_row(
    year: str,
    route: arithmetic.Route,
    part: str,
    payer: str,
    *,
    leading: bool = True,
    status: Status = "zichtbaar",
    reason: str = "",
) -> dict[str, Any]:
    """A row of `besparing_balans` without a number yet."""
    return dict.fromkeys(BALANS) | {
        "schooljaar": year,
        "route": route,
        "onderdeel": part,
        "onderdeel_label": label_of(part, year),
        "betaler": payer,
        "eenheid": unit_of(part),
        "volgorde": 0,
        "leidend": leading,
        "status": status,
        "reden": reason,
        "zin": reason,
    }
