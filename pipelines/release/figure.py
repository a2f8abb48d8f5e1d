"""One row of the released table `cellen`, and the sentences that say why it holds no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
Status = Literal["zichtbaar", "afgeschermd", "te_klein", "niet_geleverd", "nvt"]


HIDDEN = "Afgeschermd, zodat geen kind te herkennen is."
NOT_REACHED = "Van te weinig gevallen is het einde bekend om dit cijfer te bepalen."
FEW_ANSWERS = "In een van de groepen antwoordden te weinig mensen voor een verschil."
TOO_SMALL = "Te weinig leerlingen voor een betrouwbaar en veilig cijfer."
NOTHING_TO_SHARE = "Er was niets om een aandeel van te nemen."
NOT_KNOWN = "Het getal waarop dit cijfer rust, is voor dit gebied niet bekend."
LACKING = "Niet geleverd:"
REASONS = (HIDDEN, NOT_REACHED, FEW_ANSWERS, TOO_SMALL, NOTHING_TO_SHARE, NOT_KNOWN)


@dataclass(frozen=True)
class Figure:
    """One row of `cellen`. Numbers are None unless `status` is zichtbaar. `dekking`: what of the
    area is not in the figure; only figures with the same `dekking_kenmerk` are compared, and none
    with the mark onbekend.
    """

    metriek: str
    schooljaar: str
    niveau: str
    gebied: str
    uitsplitsing: str
    categorie: str
    maat: str = ""
    teller: float | None = None
    noemer: float | None = None
    waarde: float | None = None
    onder: float | None = None
    boven: float | None = None
    n: float | None = None
    status: Status = "zichtbaar"
    reden: str = ""
    dekking: str = ""
    dekking_kenmerk: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Its place, in the order of `KEY`."""
        return (self.schooljaar, self.niveau, self.gebied, self.uitsplitsing, self.categorie)


def unfilled(metric: str, key: Sequence[str], measure: str = "") -> Figure:
    """The place of a figure, `key` as `KEY`, before anything is known of it."""
    year, level, area, breakdown, category = key
    return Figure(metric, year, level, area, breakdown, category, measure)


SCHEMA = {
    name: pl.Float64 if name in {"teller", "noemer", "waarde", "onder", "boven", "n"} else pl.String
    for name in Figure.__dataclass_fields__
}
