"""Code lists: `data_contracts/codes/<list>.csv`, with an organisation's own spellings."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path

from pipelines import organisation
from pipelines.errors import ContractError
from pipelines.parameters import day_of
from pipelines.suggest import hint


@dataclass(frozen=True)
class Code:
    """One code of a code list.

    `spellings` are other ways suppliers are known to write it (compared without case, accents and
    outer spaces). `extra` holds the list's own further columns, such as the axis of a problem.
    """

    code: str
    label_nl: str
    label_en: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    spellings: tuple[str, ...]
    extra: Mapping[str, str]


def read_codes(file: Traversable) -> dict[str, Code]:
    rows = csv.DictReader(file.read_text("utf-8").splitlines())
    fixed = {"code", "label_nl", "label_en", "valid_from", "valid_to", "spellings"}
    return {
        row["code"]: Code(
            code=row["code"],
            label_nl=row["label_nl"],
            label_en=row["label_en"],
            valid_from=day_of(row["valid_from"]),
            valid_to=day_of(row["valid_to"]),
            spellings=tuple(s for s in (row["spellings"] or "").split("|") if s),
            extra={k: v for k, v in row.items() if k not in fixed},
        )
        for row in rows
    }


def with_own_spellings(
    codes: Mapping[str, Mapping[str, Code]], path: Path, name: str
) -> dict[str, Mapping[str, Code]]:
    """Code lists with an organisation's own spellings: a CSV with the columns `code` and
    `spellings`, named after its list. Raises `ContractError` with the line to mend."""
    listed = path.stem
    if listed not in codes:
        raise ContractError(f"{name}: er is geen codelijst {listed}. {hint(listed, codes)}")
    rows = csv.DictReader(organisation.text_of(path, name).splitlines())
    if {*(rows.fieldnames or ())} != {"code", "spellings"}:
        raise ContractError(f"{name}, regel 1: verwacht worden de kolommen code,spellings.")
    found = dict(codes[listed])
    meant = {w.strip().casefold(): c.code for c in found.values()
             for w in (c.code, c.label_nl, *c.spellings)}  # fmt: skip
    for row in rows:
        where, code = f"{name}, regel {rows.line_num}", (row["code"] or "").strip()
        if code not in found:
            raise ContractError(
                f"{where}: code {code!r} staat niet in {listed}. {hint(code, found)}"
            )
        words = tuple(w.strip() for w in (row["spellings"] or "").split("|") if w.strip())
        for word in words:
            if meant.setdefault(word.casefold(), code) != code:
                raise ContractError(
                    f"{where}: {word!r} hoort al bij {meant[word.casefold()]}; een schrijfwijze kan"
                    " maar bij één code horen. Zet haar anders in een indeling."
                )
        one = found[code]
        found[code] = replace(one, spellings=tuple(dict.fromkeys((*one.spellings, *words))))
    return {**codes, listed: found}
