"""The last look before a release is served: what the attackers find is not served."""

from __future__ import annotations

from pathlib import Path

from pipelines.audit import audit
from pipelines.audit.audit import Outcome, quietly
from pipelines.errors import ReleaseRefused

MOST_NAMED = 10
WORDS = {
    "exact": "precies te herleiden",
    "narrow": "te nauw te begrenzen",
    "weak": "nul of de drempel is uit te sluiten",
}


def refuse_readable(workdir: Path, file: Path) -> None:
    """Attack a released file as `zichtlijn audit` does. Raises ReleaseRefused where that finds
    something; the sentence names tables and places, never a number."""
    outcome = audit.attacked(workdir, file, progress=quietly)
    if not outcome.clean:
        raise ReleaseRefused(_sentence(outcome))


def _sentence(outcome: Outcome) -> str:
    places: dict[tuple[str, str], set[str]] = {}
    for finding in outcome.findings:
        places.setdefault((finding.topic, finding.place), set()).add(WORDS[finding.kind])
    named = [
        f"{topic}, {place or 'geheel'} ({', '.join(sorted(kinds))})"
        for (topic, place), kinds in sorted(places.items())
    ]
    more = len(named) - MOST_NAMED
    rest = f"; en nog {more}" if more > 0 else ""
    return (
        "De uitgave is niet gepubliceerd: wie haar leest zoals 'zichtlijn audit', kan aantallen"
        f" herleiden. Het gaat om: {'; '.join(named[:MOST_NAMED])}{rest}. Zet zo'n tabel in het"
        " publicatieplan een niveau hoger, of laat een uitsplitsing vervallen."
    )
