"""What is asked of suppliers, as tables: what is late, and for each what is wrong, how much, and
the next step. No Streamlit.

How much is told in deliveries and kinds of findings, never in rows: beside the figures of a school
these could tell a hidden count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.exhibits import owed, tables
from dashboard.exhibits.owed import Owed
from dashboard.exhibits.tables import Row, Table
from dashboard.language import Dutch, plural, tr
from dashboard.words import wording

_ERROR, _REFUSED = "fout", "geweigerd"

Found = Mapping[str, Any]


@dataclass(frozen=True)
class _Asked:
    """What is asked of one supplier."""

    name: str
    late: tuple[Owed, ...]
    refused: tuple[Found, ...]
    findings: tuple[Found, ...]

    @property
    def wrong(self) -> int:
        return sum(row["ernst"] == _ERROR for row in self.findings)


def late(owing: Sequence[Owed]) -> list[str]:
    """How much is late, in a sentence; none where nothing is."""
    past = [one for one in owing if one.late]
    if not past:
        return []
    names = len({one.supplier for one in past})
    told = plural(
        "**{n} levering is te laat**, van {leveranciers}.",
        "**{n} leveringen zijn te laat**, van {leveranciers}.",
        len(past), n=wording.number(len(past)),
        leveranciers=wording.count_of(names, "leverancier", "leveranciers"),
    )  # fmt: skip
    return [told]


def calendar(owing: Sequence[Owed], today: dt.date) -> Table:
    """What is not delivered yet, in the order it comes in."""
    heads = (
        tr("Leverancier"), tr("Gegevensset"), tr("Schooljaar"), tr("Uiterlijk"), tr("Stand"),
    )  # fmt: skip
    body = tuple(
        Row(
            (
                tables.text(one.supplier),
                tables.text(owed.dataset_name(one.dataset)),
                tables.kept(one.year),
                tables.kept(wording.date(one.due)),
                tables.text(_since(one, today)),
            )
        )
        for one in owing
    )
    return Table(tr("Te laat en verwacht"), heads, body)


def _since(one: Owed, today: dt.date) -> str:
    if not one.late:
        return tr("verwacht")
    days = (today - one.due).days
    return plural("{n} dag te laat", "{n} dagen te laat", days, n=wording.number(days))


def suppliers(
    deliveries: Sequence[Found], findings: Sequence[Found], owing: Sequence[Owed]
) -> Table:
    """A row per supplier of whom something is asked; who owes most comes first. `findings`: those
    that are not accepted."""
    names = {str(row["leverancier"]) for row in deliveries} | {one.supplier for one in owing}
    all_asked = [_of(name, deliveries, findings, owing) for name in names]
    asked = [one for one in all_asked if one.late or one.refused or one.findings]
    asked.sort(key=lambda one: (-len(one.late), -len(one.refused), -one.wrong, one.name.casefold()))
    heads = (tr("Leverancier"), tr("Hoeveel"), tr("Wat er mis is"), tr("Volgende stap"))
    body = tuple(
        Row(
            (
                tables.text(one.name),
                tables.text(_much(one)),
                tables.long(_wrong(one)),
                tables.long(_next(one)),
            )
        )
        for one in asked
    )
    return Table(tr("Per leverancier"), heads, body)


def _of(
    name: str, deliveries: Sequence[Found], findings: Sequence[Found], owing: Sequence[Owed]
) -> _Asked:
    mine = [row for row in deliveries if row["leverancier"] == name]
    return _Asked(
        name,
        tuple(one for one in owing if one.supplier == name and one.late),
        tuple(row for row in mine if row["status"] == _REFUSED),
        tuple(row for row in findings if row["leverancier"] == name),
    )


def _much(one: _Asked) -> str:
    warned = len(one.findings) - one.wrong
    counts = (
        (len(one.late), tr("te laat")),
        (len(one.refused), tr("geweigerd")),
        (one.wrong, plural("soort fout", "soorten fouten", one.wrong)),
        (warned, plural("soort waarschuwing", "soorten waarschuwingen", warned)),
    )
    return ", ".join(f"{wording.number(amount)} {what}" for amount, what in counts if amount)


def _wrong(one: _Asked) -> str:
    """Which data are late, and in which data something is wrong."""
    late = dict.fromkeys(owed.dataset_name(due.dataset) for due in one.late)
    faulty = dict.fromkeys(owed.dataset_name(str(row["dataset"])) for row in one.findings)
    parts = [tr("te laat: {gegevens}", gegevens=", ".join(late))] if late else []
    parts += [tr("bevindingen in: {gegevens}", gegevens=", ".join(faulty))] if faulty else []
    return "; ".join(parts)


def _next(one: _Asked) -> str:
    """The first thing to do: what was refused, then what is late, then the gravest finding."""
    if one.refused:
        name = owed.dataset_name(str(one.refused[0]["dataset"]))
        return tr("Herstel de geweigerde levering van {gegevens} en lever opnieuw.", gegevens=name)
    if one.late:
        first = one.late[0]
        return tr(
            "Lever {gegevens} over {jaar}; dat kon tot en met {dag}.",
            gegevens=owed.dataset_name(first.dataset), jaar=first.year, dag=wording.date(first.due),
        )  # fmt: skip
    gravest = min(one.findings, key=lambda row: row["ernst"] != _ERROR)
    return Dutch(gravest["herstel"])
