"""A finding in the supplier's own words: its headers for the contract's columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.contracts import Column, Dataset
from pipelines.ingest.headings import normal
from pipelines.ingest.layout import Layout, Match
from pipelines.ingest.notation import DATE_FORMATS
from pipelines.validate.check import KIND_IN_WORDS, Check

State = Literal["fout", "waarschuwing", "niet_gecontroleerd", "aanvaard"]
STATE_IN_WORDS: Mapping[State, str] = {
    "fout": "Fout: rij apart gehouden",
    "waarschuwing": "Waarschuwing: rij meegeteld",
    "niet_gecontroleerd": "Niet gecontroleerd",
    "aanvaard": "Aanvaard",
}


SORT_IN_WORDS: Mapping[str, str] = {
    "type": "niet te lezen",
    "verplicht": "leeg, maar verplicht",
    "code": "onbekende code",
    "patroon": "andere vorm dan afgesproken",
    "bereik": "buiten het bereik",
    "uniek": "dubbel",
    "verwijzing": "onbekend in de andere dataset",
}


@dataclass(frozen=True)
class Reported:
    """One finding. `columns`: the supplier's headers; `cells`: their places in `Table.headers`.

    `rows`: the first that fail; `count`: how many do. `short`: what is wrong in a few
    words; `note`: who accepted it, why and until when.
    """

    rule: str
    state: State
    severity: str
    columns: tuple[str, ...]
    cells: tuple[int, ...]
    rows: tuple[int, ...]
    count: int
    short: str
    message: str
    allowed: str
    remedy: str
    owner: str
    note: str = ""


def reported(finding: Mapping[str, Any], check: Check, match: Match, dataset: Dataset) -> Reported:
    columns = [dataset.column(name) for name in check.columns]
    accepted = finding.get("accepted")
    state: State = finding["severity"]
    if finding["outcome"] == "niet_gecontroleerd":
        state = "niet_gecontroleerd"
    elif accepted:
        state = "aanvaard"
    rows = tuple(dict.fromkeys(finding["rows"]))
    return Reported(
        rule=check.id,
        state=state,
        severity=finding["severity"],
        columns=tuple(own_name(c, match) for c in columns),
        cells=tuple(int(match.places[c.name][1:]) for c in columns if c.name in match.places),
        rows=rows,
        count=finding["count"] if finding["count"] > len(finding["rows"]) else len(rows),
        short=_short(check, columns, match),
        message=_in_own_words(finding["message"], check, match, words=False),
        allowed=_allowed(check, columns[0], match.layout),
        remedy=_in_own_words(finding["remedy"], check, match, words=check.sort in SORT_IN_WORDS),
        owner=check.owner,
        note=acceptance(accepted) if accepted else "",
    )


def as_found(finding: Mapping[str, Any], dataset: Dataset) -> Check:
    """A check that belongs to this delivery's layout and not to the contract, from its finding."""
    return Check(
        id=finding["rule"],
        sort="regel",
        severity=finding["severity"],
        dimension=finding["dimension"],
        columns=tuple(finding["columns"]),
        fails="",
        message=finding["message"],
        remedy=finding["remedy"],
        owner=dataset.owner,
    )


def acceptance(accepted: Mapping[str, str]) -> str:
    return (
        f"Aanvaard tot en met {dutch_date(accepted['until'])} door {accepted['by']}:"
        f" {accepted['reason']}"
    )


def dutch_date(iso: str) -> str:
    """2026-07-31 -> 31-07-2026."""
    return "-".join(reversed(iso.split("-")))


def own_name(column: Column, match: Match) -> str:
    if column.name in match.headers:
        return match.headers[column.name]
    wide = match.layout.unpivot
    if wide and column.name in (wide.name_to, wide.value_to):
        return f"{column.label} (meer kolommen)"
    return f"{column.label} (niet in uw bestand)"


def _short(check: Check, columns: Sequence[Column], match: Match) -> str:
    names = " + ".join(own_name(c, match) for c in columns)
    if check.sort == "type":
        return f"{names}: niet te lezen als {KIND_IN_WORDS[columns[0].kind]}"
    said = SORT_IN_WORDS.get(check.sort) or check.message.partition(". ")[0].rstrip(".")
    return f"{names}: {said}"


def _in_own_words(text: str, check: Check, match: Match, *, words: bool) -> str:
    return with_headers(text, check.columns, match, words=words)


def with_headers(text: str, columns: Sequence[str], match: Match, *, words: bool) -> str:
    """The contract's column names become the supplier's headers.

    A name without underscore may be an ordinary word: it stays, unless `words`.
    """
    for name in sorted(columns, key=len, reverse=True):
        own = match.headers.get(name)
        if own and normal(own) != name and ("_" in name or words):
            parts = re.split(rf"(?<!\w){re.escape(name)}(?!\w)", text)
            text = f"'{own}'".join(parts)
    return text


def _allowed(check: Check, column: Column, layout: Layout) -> str:
    """What may stand in the cell, where the message does not say so already."""
    if check.sort == "code" and layout.codes.get(column.name):
        return f"Ook toegestaan, in uw eigen woorden: {', '.join(layout.codes[column.name])}."
    if check.sort != "type":
        return ""
    if column.kind == "datum":
        names = {directive: name for name, directive in DATE_FORMATS.items()}
        return f"Een bestaande datum, geschreven als {names[layout.date_format(column.name)]}."
    if column.kind == "getal":
        sign = "komma" if layout.decimal == "komma" else "punt"
        return f"Een getal met een {sign} voor de decimalen."
    if column.kind == "geheel":
        return "Een geheel getal, zonder tekst of teken erbij."
    return "J of N (ook ja en nee)."
