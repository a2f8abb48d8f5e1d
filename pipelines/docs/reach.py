"""`docs/bereik.md`: every figure x level, and what the demo shows of it: `python -m
pipelines.docs.reach WORKDIR docs/bereik.md`, after a run of the demo."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from pipelines.metrics import absent
from pipelines.metrics.catalogue import METRICS
from pipelines.release.reach import ENOUGH, Combination, Reach, of_release
from pipelines.release.served import open_served

_MADE = (
    "Gemaakt uit het publicatieplan, `data_contracts/released/ontbreekt.yaml` en een run van de"
    " demo met `python -m pipelines.docs.reach WERKMAP docs/bereik.md`; wijzig die en niet deze"
    " pagina."
)
_READ = (
    "Een percentage is het deel van de eenheden (scholen, wijken, aanbieders) dat een zichtbaar"
    " cijfer heeft in het nieuwste schooljaar waarin er iets te tonen is. Een woord is de reden"
    " waarom het cijfer er op dat niveau niet is. Een onderwijssoort van één of twee scholen heeft"
    " nooit een totaal, want dan kent de ene school het cijfer van de andere; daar zijn de scholen"
    " de eenheden."
)


def page(found: Reach) -> str:
    """A row per metric, a column per level, in Dutch."""
    rows: dict[str, dict[str, Combination]] = {}
    for combination in (*found.asked, *found.meaningless):
        rows.setdefault(combination.metric, {})[combination.level] = combination
    reasons = {c.reason: c.because for c in (*found.asked, *found.meaningless) if c.reason}
    return "\n".join(
        [
            "# Wat er te vragen en te zien is",
            "",
            *textwrap.wrap(_MADE, 100, break_on_hyphens=False),
            "",
            *textwrap.wrap(_READ, 100, break_on_hyphens=False),
            "",
            f"Van {len(found.asked)} combinaties van cijfer en niveau die iets betekenen, zijn er"
            f" {len(found.answered)} ({_percent(found.share)})",
            f"te zien bij ten minste {_percent(ENOUGH)} van de eenheden.",
            "",
            f"| Cijfer | {' | '.join(absent.LEVELS)} |",
            f"|---|{'---|' * len(absent.LEVELS)}",
            *(_row(name, rows[name]) for name in rows),
            "",
            "## Redenen",
            "",
            *(f"- `{code}`: {because}" for code, because in sorted(reasons.items())),
            "",
        ]
    )


def _row(name: str, levels: Mapping[str, Combination]) -> str:
    return f"| `{name}` | {' | '.join(_cell(levels[level]) for level in absent.LEVELS)} |"


def _cell(combination: Combination) -> str:
    if combination.reason and not combination.instead:
        return f"`{combination.reason}`"
    shown = combination.shown
    told = "niets" if shown is None else _percent(shown)
    return f"{told} (`{combination.instead}`)" if combination.instead else told


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def main(workdir: Path, target: Path) -> None:
    """Write the page for the release that a work folder serves."""
    with open_served(workdir) as (_, con):
        found = of_release(METRICS, con)
    target.write_text(page(found), "utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
