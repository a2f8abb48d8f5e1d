"""What somebody decided about counts that earlier releases told too much of.

What left cannot be taken back. Where it makes a proof impossible, a new release is refused, and
names the places (`Concern`). Whoever is responsible folds the table in the publication plan, or
writes down why the release may be served all the same: in the ledger, with a name and a day.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.concerns import Concern
from pipelines.errors import ReleaseRefused, UsageError
from pipelines.release import ledger

ACCEPTED = "aanvaard.json"
ASKED = "gevraagd.json"
MOST_NAMED = 10


@dataclass(frozen=True)
class Decision:
    """Somebody's reason to serve a release in spite of one concern: who, why and when (ISO)."""

    code: str
    topic: str
    place: str
    reason: str
    by: str
    day: str


class Readable(ReleaseRefused):
    """A release tells too much by itself; `concerns` say where."""

    def __init__(self, message: str, concerns: Sequence[Concern]) -> None:
        super().__init__(message)
        self.concerns = tuple(concerns)


def decisions(workdir: Path) -> tuple[Decision, ...]:
    """Every decision, in the order in which they were taken. Raises ReleaseRefused for a file that
    cannot be read."""
    return tuple(Decision(**row) for row in _read(ledger.folder(workdir) / ACCEPTED))


def decide(workdir: Path, code: str, *, reason: str, by: str, day: dt.date) -> Decision:
    """Write down why a release may be served beside one concern of the last refusal.

    Raises UsageError without a reason or a name, and for a code that was not asked about.
    """
    if not reason.strip() or not by.strip():
        raise UsageError("Zeg met --reason waarom, en met --by wie dit besluit.")
    book = ledger.folder(workdir)
    asked = {row["code"]: row for row in _read(book / ASKED)}
    if code not in asked:
        known = ", ".join(sorted(asked)) or "-"
        raise UsageError(f"Over {code} is niets te besluiten. Gevraagd is naar: {known}.")
    place = asked[code]
    told = Decision(
        code, place["topic"], place["place"], reason.strip(), by.strip(), day.isoformat()
    )
    kept = [asdict(d) for d in decisions(workdir) if d.code != code]
    ledger.write(book / ACCEPTED, json.dumps([*kept, asdict(told)], indent=2).encode())
    return told


def refuse_open(workdir: Path, concerns: Iterable[Concern]) -> None:
    """Raise ReleaseRefused for concerns about which nobody decided; about what this release tells
    by itself nobody can."""
    decided = {d.code for d in decisions(workdir)}
    found = sorted(set(concerns))
    alone = [c for c in found if not c.of_earlier]
    if alone:
        raise Readable(
            "De uitgave is niet gepubliceerd: wie haar leest zoals 'zichtlijn audit', kan aantallen"
            f" herleiden. Het gaat om: {_named(alone)}. Zet zo'n tabel in het publicatieplan een"
            " niveau hoger, of laat een uitsplitsing vervallen.",
            alone,
        )
    asked = [c for c in found if c.code not in decided]
    if not asked:
        return
    rows = {c.code: {"code": c.code, "topic": c.topic, "place": c.place} for c in asked}
    ledger.write(ledger.folder(workdir) / ASKED, json.dumps([*rows.values()], indent=2).encode())
    raise ReleaseRefused(
        "De uitgave is niet gepubliceerd: naast wat eerdere publicaties al toonden, is voor deze"
        f" aantallen niet te bewijzen dat zij niet te herleiden zijn: {_named(asked)}. Zet zo'n"
        " tabel in het publicatieplan een niveau hoger, of leg per code vast waarom de uitgave toch"
        " mag: zichtlijn ledger --accept CODE --reason WAAROM --by WIE"
    )


def _named(concerns: Sequence[Concern]) -> str:
    places: dict[tuple[str, str], set[str]] = {}
    for concern in concerns:
        code = f"{concern.code}: " if concern.of_earlier else ""
        name = f"{code}{concern.topic}, {concern.place or 'geheel'}"
        places.setdefault((name, concern.code), set()).add(concern.what)
    named = [f"{name} ({', '.join(sorted(what))})" for (name, _), what in sorted(places.items())]
    more = len(named) - MOST_NAMED
    return "; ".join(named[:MOST_NAMED]) + (f"; en nog {more}" if more > 0 else "")


def _read(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    try:
        rows = json.loads(file.read_text("utf-8"))
        return [{str(k): str(v) for k, v in row.items()} for row in rows]
    except (OSError, ValueError, AttributeError, TypeError):
        raise ReleaseRefused(
            f"{file} is niet te lezen. Zet het terug uit een reservekopie, of haal het weg: dan"
            " wordt opnieuw om een besluit gevraagd."
        ) from None
