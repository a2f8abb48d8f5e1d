"""A proposal for a layout: what each header could be, and the layout file that it would make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import yaml

Certainty = Literal["zeker", "waarschijnlijk", "onzeker", "niet gevonden"]


@dataclass(frozen=True)
class Guess:
    """What a header could be. `header` is fit to repeat; `column` is None when nothing fits."""

    header: str
    column: str | None
    certainty: Certainty
    why: str


@dataclass(frozen=True)
class CodeGuess:
    """What a label of the file could mean: a code of the column's list, and why."""

    label: str
    code: str
    certainty: Certainty
    why: str


@dataclass(frozen=True)
class Unfold:
    """Wide columns that become rows: `pattern` with the year in group 1, or a questionnaire.

    `headers`: how many. `not_applicable_to`: column for the answer that a question does not apply.
    """

    pattern: str
    questionnaire: str
    name_to: str
    value_to: str
    not_applicable_to: str
    headers: int
    certainty: Certainty
    why: str


@dataclass(frozen=True)
class Proposal:
    """A layout to be judged. `identifying`: (kind, header) of columns that must not be delivered.

    `dates`, `decimal`, `list_separator` and `edits` follow from the cells; `remarks` say in Dutch
    what a person must still decide. `required`: required columns that no header was found for.
    `codes`: per column the labels that are not on its list but read like one of it. `fitting`: id
    of a known layout that reads the file already, perhaps after `anonymise`; empty when none does.
    `name`: what the layout would be called.
    """

    dataset: str
    header_row: int
    guesses: tuple[Guess, ...]
    identifying: tuple[tuple[str, str], ...]
    required: tuple[str, ...]
    dates: Mapping[str, str]
    decimal: str
    list_separator: str
    edits: Mapping[str, Mapping[str, str | int]]
    remarks: tuple[str, ...]
    codes: Mapping[str, tuple[CodeGuess, ...]]
    unfold: Unfold | None
    fitting: str = ""
    name: str = ""

    def as_dict(self) -> dict[str, object]:
        return {
            "dataset": self.dataset,
            "header_row": self.header_row,
            "columns": [
                {"header": g.header, "column": g.column, "certainty": g.certainty, "why": g.why}
                for g in self.guesses
            ],
            "identifying": [{"kind": kind, "header": header} for kind, header in self.identifying],
            "codes": {c: [asdict(g) for g in guesses] for c, guesses in self.codes.items()},
            "unfold": asdict(self.unfold) if self.unfold else None,
            "missing_required": list(self.required),
            "remarks": list(self.remarks),
            "fitting": self.fitting or None,
        }


def as_yaml(proposal: Proposal, *, layout_id: str, supplier: str) -> str:
    """The proposal as a layout file that loads; how sure each line is stands beside it."""
    lines = [
        "# Voorstel van 'zichtlijn layout new'. Kijk elke regel na: erachter staat hoe zeker.",
        "# Probeer het met 'zichtlijn check BESTAND --layout DIT_BESTAND'.",
        *(f"# Let op: {remark}" for remark in proposal.remarks),
        *(
            f"# Niet opgenomen, herleidbaar ({kind}): {header}"
            for kind, header in proposal.identifying
        ),
        *_entry({"id": layout_id}),
        "versie: 1",
        *_entry({"leverancier": supplier}),
        f"dataset: {proposal.dataset}",
        "omschrijving: Voorgestelde indeling, nog te controleren.",
        "kolommen:" if any(g.column for g in proposal.guesses) else "kolommen: {}",
    ]
    for guess in proposal.guesses:
        if guess.column:
            (line,) = _entry({guess.header: guess.column})
            lines.append(f"  {line}   # {guess.certainty}: {guess.why}")
    missing = [g.header for g in proposal.guesses if g.column is None]
    if missing:
        lines.append("# Niet gevonden; zet een kop hierboven bij een kolom, of onder negeer:")
        lines += [f"#   - {header}" for header in missing]
    if len(set(proposal.dates.values())) == 1:
        lines += _entry({"datums": next(iter(proposal.dates.values()))})
    elif proposal.dates:
        lines += _entry({"datums": dict(proposal.dates)})
    if proposal.decimal != "punt":
        lines.append(f"decimaal: {proposal.decimal}")
    if proposal.list_separator != "|":
        lines += _entry({"lijst_scheiding": proposal.list_separator})
    lines += _codes_as_yaml(proposal.codes)
    if proposal.unfold:
        lines += _unfold_as_yaml(proposal.unfold)
    if proposal.edits:
        lines += _entry({"bewerk": {c: dict(e) for c, e in proposal.edits.items()}})
    return "\n".join(lines) + "\n"


def _codes_as_yaml(codes: Mapping[str, Sequence[CodeGuess]]) -> list[str]:
    """A guess that is not sure enough to be used stands there as a remark."""
    lines: list[str] = []
    for column, guesses in codes.items():
        own = []
        for guess in guesses:
            (line,) = _entry({guess.label: guess.code})
            mark = "# " if guess.certainty == "onzeker" else ""
            own.append(f"    {mark}{line}   # {guess.certainty}: {guess.why}")
        used = any(guess.certainty != "onzeker" for guess in guesses)
        lines += [f"  {'' if used else '# '}{column}:", *own]
    used = any(guess.certainty != "onzeker" for gs in codes.values() for guess in gs)
    return [f"{'' if used else '# '}codes:", *lines] if lines else []


def _unfold_as_yaml(unfold: Unfold) -> list[str]:
    item = {
        "vragenlijst": unfold.questionnaire,
        "patroon": unfold.pattern,
        "naam_naar": unfold.name_to,
        "waarde_naar": unfold.value_to,
        "nvt_naar": unfold.not_applicable_to,
    }
    lines = [f"  {line}" for key, value in item.items() if value for line in _entry({key: value})]
    return [f"ontvouw:   # {unfold.certainty}: {unfold.why}", *lines]


def _entry(item: Mapping[str, object]) -> list[str]:
    written = yaml.safe_dump(dict(item), allow_unicode=True, width=1000, sort_keys=False)
    return written.rstrip("\n").split("\n")
