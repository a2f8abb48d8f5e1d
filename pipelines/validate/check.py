"""One promise of a contract: an SQL predicate, true where a row breaks it, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipelines.contracts import Severity

ROWS = "{rows}"  # stands for the staged table in a predicate that looks at other rows


Sort = Literal[
    "verplicht", "type", "code", "patroon", "bereik", "uniek", "verwijzing", "regel", "bron"
]


KIND_IN_WORDS: Mapping[str, str] = {
    "geheel": "een geheel getal",
    "getal": "een getal",
    "datum": "een bestaande datum",
    "ja_nee": "J of N",
    "lijst": "een lijst",
    "tekst": "tekst",
}


@dataclass(frozen=True)
class Check:
    """One promise. `id` is `<dataset>.<column>.<sort>` or `<dataset>.<rule>`.

    `fails`: SQL predicate over a staged row `r` (typed columns, `<column>__tekst`, `_nr`, `_rij`);
    null counts as kept. `could_not_run`: why the check cannot be judged here, empty when it can.
    `allowed` and `bounds` say the same as `fails` where the promise is a set or a range.
    """

    id: str
    sort: Sort
    severity: Severity
    dimension: str
    columns: tuple[str, ...]
    fails: str
    message: str
    remedy: str
    owner: str
    could_not_run: str = ""
    allowed: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)
