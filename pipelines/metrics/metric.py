"""What a metric is: a declaration that says who is counted, and how the count becomes a figure.

A `Measure` is a population of units (trajectories, pupils, euros) as one table with a row per
unit; all that is counted over it is protected together. A `Metric` picks units from one measure
(`where`), says by what they are broken down (`cuts`), and how the count reads (`form`): as it is,
as a share, per 1,000 pupils, as a median. To add a metric is to add one declaration to
`catalogue/<theme>.py`; a measure of its own is one function from tables to a table.

Everything is an ibis expression, so the engine is chosen by whoever hands over the tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import ibis.expr.types as ir
from ibis.common.deferred import Deferred

from pipelines import schoolyear, suggest
from pipelines.contracts import Contracts
from pipelines.errors import ContractError
from pipelines.parameters import Parameter

Tables: TypeAlias = Mapping[str, ir.Table]
Level = Literal["totaal", "gemeente", "wijk", "vestiging", "onderwijssoort", "aanbieder"]
Kind = Literal[
    "aantal",
    "aandeel",
    "per_100",
    "per_1000",
    "gemiddelde",
    "mediaan",
    "bedrag",
    "stroom",
    "spreiding",  # over how many places or kinds, not how many units
]
System = Literal[
    "servicepunt_smw",  # 1. school social work with a Servicepunt (Rotterdam handbook)
    "ondersteuningsstructuur",  # 2. one support structure (Hoogeveen)
    "zorg_in_school",  # 3. Zorg In School (Hoogeveen, special education)
    "preventie_en_bekostiging",  # 4. levels of prevention and who pays (FoodValley)
    "school_en_wijk",  # 5. connecting school and neighbourhood (NJi)
]

SCHOOL_LEVELS: tuple[Level, ...] = ("totaal", "gemeente", "wijk", "vestiging", "onderwijssoort")
FIRST_DAY = dt.date(2015, 8, 1)  # the definitions follow the law as it stands since then


@dataclass(frozen=True)
class Context:
    """What a count may know beside the tables.

    `peildatum`: open periods are known up to and including this day. `schooljaren`: the school
    years to count; None counts every year that occurs.
    """

    peildatum: dt.date
    contracts: Contracts
    schooljaren: tuple[str, ...] | None = None

    def norms(self, name: str) -> tuple[Parameter, ...]:
        """Every value a parameter has had, oldest first; units stand in `parameters.yaml`.

        Raises ContractError when there is none, or none for a day of the school years to count.
        """
        parameters = self.contracts.parameters
        if name not in parameters:
            raise ContractError(
                f"Parameter {name!r} ontbreekt in parameters.yaml. {suggest.hint(name, parameters)}"
            )
        for year in self.schooljaren or ():
            parameters[name].on(schoolyear.first_day(schoolyear.year_of(year)))
            parameters[name].on(schoolyear.last_day(schoolyear.year_of(year)))
        return parameters[name].entries

    def norm(self, name: str) -> float:
        """Value of a parameter on the peildatum, where it may not differ from row to row."""
        self.norms(name)
        return self.contracts.parameters[name].on(self.peildatum).value


Rows: TypeAlias = Callable[[Tables, Context], ir.Table]


@dataclass(frozen=True)
class Measure:
    """A population of units: what is counted, and protected, together.

    `rows` gives a table with `schooljaar`, one column per level (named as the level, except
    `totaal`), the `person` column, and whatever the metrics cut by, test or add up. A row with an
    empty level counts in the total only. `distinct`: count distinct values of this column within a
    cell; None counts rows. `person`: whose privacy is at stake; None when nobody's is: such a
    measure holds hours, money or schools, needs no protection and is published as it is.
    `datasets`: without these delivered there is nothing to count. `residence`: `gemeente` is where
    the person lives, not where the school stands. `part_of_list`: column -> (extra column, value)
    of its code list, where only that part of the list can occur. `carries`: rows that were
    delivered for an earlier school year count too: much of what is counted (`lopend`: cases that
    run or end), so that the first delivered year is incomplete, or a little (`deels`: what was
    registered at the end of one year and begins in the next). `homes`: columns with the
    municipalities that a dataset by municipality must have been delivered for; all of them.
    `in_school_days`: which rows there are depends on which days are school days.
    """

    id: str
    unit: str
    datasets: tuple[str, ...]
    rows: Rows
    levels: tuple[Level, ...] = SCHOOL_LEVELS
    distinct: str | None = None
    person: str | None = "leerling_id"
    residence: bool = False
    part_of_list: tuple[tuple[str, str, str], ...] = ()
    carries: Literal["", "deels", "lopend"] = ""
    homes: tuple[str, ...] = ("gemeente",)
    in_school_days: bool = False

    @property
    def public(self) -> bool:
        """Whether no person stands behind a unit."""
        return self.person is None


@dataclass(frozen=True)
class Base:
    """A number everybody may know, such as enrolled pupils.

    `rows`: schooljaar, the levels it is known by, `vestigingscode` where schools are told apart
    (also of a school in no list), and `aantal`. `by`: cuts by which it is known
    too; for other cuts it stands for the whole area.
    """

    id: str
    unit: str
    datasets: tuple[str, ...]
    rows: Rows
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count:
    """The number of units."""


@dataclass(frozen=True)
class Flow:
    """The number of units by two crossed columns: from `source` to `target`."""

    source: str
    target: str


@dataclass(frozen=True)
class Share:
    """Units for which `numerator` holds, of all units; what is unknown does not hold.

    With `weight`, a row stands for that whole number of units. With `whole`, a cut breaks down the
    numerator only: the share in each category is one of all units of the area.
    """

    numerator: Deferred
    weight: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class Split:
    """Of all units, the share in each category of a cut."""


@dataclass(frozen=True)
class Rate:
    """Units, or the sum of a whole-number column `weight`, per so many of a known base.

    The column holds 1/`scale` units. `within`: every unit is one of the base, so the rest of the
    base is a number of people too.
    """

    base: Base
    per: Literal[1, 100, 1000]
    weight: str | None = None
    within: bool = False
    scale: int = 1


@dataclass(frozen=True)
class PerUnit:
    """A known base, such as costs, over the number of units."""

    base: Base


@dataclass(frozen=True)
class Total:
    """Sum of a whole-number column, which holds 1/`scale` units."""

    weight: str
    scale: int = 1


@dataclass(frozen=True)
class Mean:
    """Sum of a whole-number column over the number of units; the column holds 1/`scale` units."""

    weight: str
    scale: int = 1


@dataclass(frozen=True)
class Quantiles:
    """Of a whole-number column, the smallest value that at least a share `at` does not exceed.

    `censored` names a boolean column: the value is then only a lower bound (Kaplan-Meier).
    `width`: how many whole numbers of its unit a published value stands for; two days, but one
    week, which is a class of seven days itself.
    Shown on one level whose areas do not overlap, never at another.
    """

    value: str
    level: Level
    at: tuple[float, ...] = (0.5, 0.9)
    censored: str | None = None
    width: int = 2


@dataclass(frozen=True)
class Quotient:
    """One published metric over another, cell by cell; nothing is counted for it."""

    numerator: str
    denominator: str


@dataclass(frozen=True)
class Difference:
    """Mean of `value` in one group of persons less that in another, with Welch's interval.

    A person counts once, with the mean of its own values. `first` and `second` are boolean
    columns: whether a row belongs to the one group or the other. Shown at one level.
    """

    value: str
    level: Level
    first: str
    second: str


@dataclass(frozen=True)
class Diversity:
    """The number of different values of a column that occur among the units of an area.

    Shown on one level whose areas do not overlap, never at another.
    """

    column: str
    level: Level


Form: TypeAlias = (
    Count
    | Flow
    | Share
    | Split
    | Rate
    | PerUnit
    | Total
    | Mean
    | Quantiles
    | Quotient
    | Difference
    | Diversity
)
# Worked out whole on the engine and shown as it comes out, never as a sum of cells.
Summary: TypeAlias = Quantiles | Difference | Diversity


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure the product promises.

    `definition`: one careful Dutch sentence. `numerator` and `denominator`: the same in few words.
    `where`: which units of the measure take part (None: all). `cuts`: columns of the measure by
    which the figure may be broken down; two names joined by `*` are crossed. `needs`: datasets it
    cannot do without, beside those of its measure and base. `norm`: a parameter.
    `followed`: datasets that must have been delivered for the term of `norm` (months) after the
    school year too. `looks_back`, `looks_on`: datasets of which a row of an earlier or a later
    school year counts where it belongs to a unit of this one. `uses`: lines of the coverage that
    make it more precise where they were delivered; without them it is worked out otherwise.
    `nothing`: why there may be nothing to share, where that is more than that there was nothing.
    `threshold` zwaar: at least ten children (health, youth protection, money, means, medians).
    """

    id: str
    theme: str
    label_nl: str
    label_en: str
    definition: str
    definition_en: str
    unit: str
    numerator: str
    denominator: str = ""
    measure: Measure
    form: Form = Count()
    where: Deferred | None = None
    cuts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    system: System
    direction: Literal["hoger", "lager", ""] = ""
    norm: str | None = None
    followed: tuple[str, ...] = ()
    looks_back: tuple[str, ...] = ()
    looks_on: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    threshold: Literal["standaard", "zwaar"] = "standaard"
    nothing: str = ""
    version: str = "1"
    valid_from: dt.date = FIRST_DAY
    valid_to: dt.date | None = None

    @property
    def kind(self) -> Kind:
        """How the figure reads, from how it is counted."""
        match self.form:
            case Count():
                return "aantal"
            case Flow():
                return "stroom"
            case Share() | Split():
                return "aandeel"
            case Rate(per=100):
                return "per_100"
            case Rate(per=1000):
                return "per_1000"
            case Total():
                return "bedrag" if self.unit == "euro" else "aantal"
            case Diversity():
                return "spreiding"
            case Mean() | Quotient() | PerUnit() | Difference() | Rate():
                return "gemiddelde"
            case Quantiles():
                return "mediaan"

    @property
    def is_split(self) -> bool:
        """Whether a cut breaks down the numerator only."""
        return isinstance(self.form, Split) or (isinstance(self.form, Share) and self.form.whole)

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """Names of the cuts as they appear in the release; a flow is one crossed cut."""
        if isinstance(self.form, Flow):
            return (f"{self.form.source}_{self.form.target}",)
        return tuple(cut.replace("*", "_") for cut in self.cuts)

    def columns_of(self, breakdown: str) -> tuple[str, ...]:
        """Columns of the measure behind a breakdown; none for '' (no breakdown)."""
        if breakdown == "":
            return ()
        if isinstance(self.form, Flow):
            return (self.form.source, self.form.target)
        for cut in self.cuts:
            if cut.replace("*", "_") == breakdown:
                return tuple(cut.split("*"))
        known = ", ".join(self.breakdowns) or "geen"
        raise ContractError(f"{self.id} kent geen uitsplitsing {breakdown!r}; wel: {known}.")

    @property
    def datasets(self) -> tuple[str, ...]:
        """Every dataset the figure cannot do without."""
        extra = self.form.base.datasets if isinstance(self.form, Rate | PerUnit) else ()
        return tuple(dict.fromkeys((*self.measure.datasets, *extra, *self.needs)))
