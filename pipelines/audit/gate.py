"""The last look before a release is served: what the attackers find is not served."""

from __future__ import annotations

from pathlib import Path

from pipelines.audit import audit
from pipelines.audit.audit import quietly
from pipelines.concerns import Concern

WORDS = {
    "exact": "precies te herleiden",
    "narrow": "te nauw te begrenzen",
    "weak": "nul of de drempel is uit te sluiten",
}


def readable(workdir: Path, file: Path) -> tuple[Concern, ...]:
    """What `zichtlijn audit` would find in a released file that is not served yet."""
    outcome = audit.attacked(workdir, file, progress=quietly)
    return tuple(
        Concern(
            f.topic,
            f.place,
            WORDS[f.kind],
            of_earlier=f.attack.startswith(audit.WITH_EARLIER),
            exact=f.kind == "exact" and f.attack != "regel",
        )
        for f in outcome.findings
    )
