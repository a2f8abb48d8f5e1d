"""What is measured for a promise: one small declaration per way of measuring.

Every measure has an `id`, a `suffix` that tells it from other measures of the same promise (''
for the first), a Dutch `unit` (plural, as after a number), a `direction` that is promised, and
`needed`: what would have to be delivered where it cannot be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Design = Literal["VN", "VV", "GS", "TR", "DW", "BS", "EN", "AD"]
Direction = Literal["lager", "hoger"]


@dataclass(frozen=True)
class Events:
    """What happens per pupil-month: rows of `dataset`, dated by `date`.

    Each row weighs `weight` (None: one). With `until` a row is a stretch that weighs its length in
    months inside the window. `keep` limits rows to those codes of a column. `derived`: rows that
    are worked out first: `thuiszitters` (absolute, or relative and long), `zwaarder` (a provision
    at a higher level than any of the months before).
    """

    id: str
    suffix: str
    unit: str
    dataset: str
    date: str
    needed: str
    weight: str | None = None
    until: str | None = None
    keep: tuple[tuple[str, tuple[str, ...]], ...] = ()
    derived: Literal["", "thuiszitters", "zwaarder"] = ""
    direction: Direction = "lager"
    designs: tuple[Design, ...] = ("VV", "VN")
    scale: float = 100
    scale_label: str = "per 100 leerlingmaanden"

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames", self.dataset})


@dataclass(frozen=True)
class Care:
    """Granted volume of youth care per pupil-month, converted to hours (`unit_code` 04) or others.

    `forms`: (hulpvorm, niveau) pairs that count; a niveau of None is every one.
    """

    id: str
    suffix: str
    unit: str
    forms: tuple[tuple[str, str | None], ...]
    unit_code: str
    needed: str
    direction: Direction = "lager"
    designs: tuple[Design, ...] = ("VV", "VN")
    scale: float = 100
    scale_label: str = "per 100 leerlingmaanden"

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames", "jeugdhulp"})


@dataclass(frozen=True)
class Score:
    """A pupil's own change between the last measurement before and the last one after the start."""

    id: str
    suffix: str
    unit: str
    scale_name: str
    instrument: str
    informant: str
    needed: str
    direction: Direction = "lager"
    designs: tuple[Design, ...] = ("VV", "VN")

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames", "metingen"})


@dataclass(frozen=True)
class PerPupil:
    """One value per participation, known once: no before, so groups are compared or described.

    `kind`: `ja_nee` (a share in percent), `aantal` (how many codes in a list) or `dagen` (days
    from `column` to `until`, no more than `horizon`; who still waits counts for the horizon).
    """

    id: str
    suffix: str
    unit: str
    subject: str
    column: str
    kind: Literal["ja_nee", "aantal", "dagen"]
    needed: str
    until: str = ""
    horizon: str = ""
    direction: Direction = "hoger"
    designs: tuple[Design, ...] = ("DW", "BS")

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames"})


@dataclass(frozen=True)
class Survey:
    """Change of the mean score on `items` of the yearly evaluation, against the round before.

    Only answers about schools with Zorg In School count.
    """

    id: str
    suffix: str
    unit: str
    subject: str
    items: tuple[str, ...]
    needed: str
    direction: Direction = "hoger"
    designs: tuple[Design, ...] = ("EN",)

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames", "evaluatie_antwoorden"})


@dataclass(frozen=True)
class Hours:
    """Participants with a yes in `column`, times hours each, times an hourly rate, in euro.

    `checked`: the register of youth care can contradict the yes; see `ticks`.
    """

    id: str
    suffix: str
    unit: str
    column: str
    subject: str
    hours: str
    rate: str
    needed: str
    checked: bool = False
    direction: Direction = "hoger"
    designs: tuple[Design, ...] = ("AD",)

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames"} | ({"jeugdhulp"} if self.checked else set()))


@dataclass(frozen=True)
class Net:
    """The outcome of the saving model: `netto` of the newest year, or `cumulatief`."""

    id: str
    suffix: str
    unit: str
    kind: Literal["netto", "cumulatief"]
    needed: str
    direction: Direction = "hoger"
    designs: tuple[Design, ...] = ("AD",)

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames", "jeugdhulp", "tarieven"})


@dataclass(frozen=True)
class Unmeasured:
    """A measure that no dataset holds; `reason` says what lacks, `needed` what would mend it."""

    id: str
    suffix: str
    unit: str
    reason: str
    needed: str
    direction: Direction = "hoger"
    designs: tuple[Design, ...] = ("BS",)

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset({"zis_deelnames"})


Measure = Events | Care | Score | PerPupil | Survey | Hours | Net | Unmeasured


def runs_on(measure: Events | Care) -> bool:
    """Does what counts depend on what began before: on provisions that still run?"""
    if isinstance(measure, Care):
        return True
    return measure.until is not None or measure.derived == "zwaarder"
