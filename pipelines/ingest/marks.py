"""What is to be reported about cells that were read, beyond the promises of a contract: how a text
was taken, what was mended, and why the source gives nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipelines.contracts import Column, Dataset
from pipelines.ingest import notation
from pipelines.ingest.layout import Layout, Match
from pipelines.sql import literal, quoted

SOURCE_SAYS: Mapping[str, tuple[str, str]] = {
    "afgeschermd": (
        "is door de bron zelf afgeschermd: er staat een symbool in plaats van een getal.",
        "U hoeft niets te herstellen; de bron geeft dit getal niet vrij.",
    ),
    "geheim": (
        "is volgens de bron geheim: er staat een symbool in plaats van een getal.",
        "U hoeft niets te herstellen; de bron geeft dit getal niet vrij.",
    ),
    "onbekend": (
        "is volgens de bron onbekend: er staat een symbool in plaats van een getal.",
        "Lever opnieuw aan als de bron het getal later wel geeft.",
    ),
    "nihil": (
        "is volgens de bron nihil: er staat een streepje en geen 0.",
        "U hoeft niets te herstellen; nihil wordt niet als 0 geteld.",
    ),
}


@dataclass(frozen=True)
class Mark:
    """Something to report about a column's cells; `fails` is true where it holds.

    `sort`: last part of the rule's id. `is_error`: the row cannot be used. `explains`: the cell
    has no typed value for this reason and no other.
    """

    sort: str
    column: str
    fails: str
    dimension: str
    message: str
    remedy: str
    is_error: bool = False
    explains: bool = False


def marks(
    match: Match, dataset: Dataset, seen: Mapping[str, Collection[str]] | None = None
) -> tuple[Mark, ...]:
    """What is to be reported about the staged rows, beyond the promises of the contract.

    `seen`: the remarks that occur, per column; without, all that could.
    """
    found: list[Mark] = []
    placed = {*match.places, *([match.layout.unpivot.value_to] if match.layout.unpivot else [])}
    for column in dataset.columns:
        if column.name not in placed:
            continue
        name = column.name
        if has_symbols(column, match.layout):
            for meaning in sorted(set(match.layout.symbols.values())):
                says, remedy = SOURCE_SAYS[meaning]
                found.append(
                    Mark(
                        sort=f"{meaning}_bron",
                        column=name,
                        fails=f"coalesce({quoted(name + '__bron')} = {literal(meaning)}, false)",
                        dimension="completeness",
                        message=f"{column.label} {says}",
                        remedy=remedy,
                        is_error=column.required,
                        explains=True,
                    )
                )
        if pads(column, match.layout):
            width = match.layout.edits[name].width
            found.append(
                Mark(
                    sort="hersteld",
                    column=name,
                    fails=quoted(f"{name}__hersteld"),
                    dimension="conformity",
                    message=f"{column.label} had minder dan {width} tekens; de weggevallen nullen"
                    " zijn ervoor gezet.",
                    remedy=f"Exporteer {name} als tekst, dan blijven de nullen staan.",
                )
            )
        found += _remarked(column, match.layout, None if seen is None else seen.get(name, ()))
    return tuple(found)


_REMARKS: Mapping[str, tuple[str, str, str]] = {
    notation.THOUSANDS: (
        "conformity",
        "staat met een punt en drie cijfers erachter, en is gelezen als duizendtal: 1.000 is"
        " duizend.",
        "Lever {name} aan zonder punten.",
    ),
    notation.HOURS: (
        "conformity",
        "staat als uren en minuten en is omgerekend naar uren: 7:30 is 7,5.",
        "U hoeft niets te herstellen als dit uren zijn en geen tijdstippen.",
    ),
    notation.SERIAL: (
        "conformity",
        "staat in het werkblad als getal (dagen sinds 1900, of sinds 1904 als het werkboek dat"
        " zegt) en is gelezen als datum.",
        "Geef de kolom in Excel de opmaak datum en controleer de datums.",
    ),
    notation.SHORT_YEAR: (
        "conformity",
        "heeft een jaartal van twee cijfers; 00 tot en met 49 is gelezen als 2000 tot en met 2049.",
        "Lever {name} aan met een jaartal van vier cijfers.",
    ),
    notation.OPEN_END: (
        "conformity",
        "is een datum die 'geen einde' betekent (zoals 31-12-9999), en is gelezen als leeg.",
        "U hoeft niets te herstellen; laat {name} leeg zolang het loopt.",
    ),
    notation.TIME: (
        "conformity",
        "heeft een tijd achter de datum; de tijd is weggelaten.",
        "U hoeft niets te herstellen.",
    ),
    notation.TIME_ONLY: (
        "conformity",
        "is een tijd zonder datum.",
        "Lever in {name} de datum aan.",
    ),
    notation.EMPTY: (
        "completeness",
        "bevat een teken of woord dat 'leeg' betekent (zoals NULL, nvt of -), en is gelezen als"
        " leeg.",
        "Laat {name} leeg als er niets is. Is het wel een waarde, laat die dan opnemen in de"
        " indeling.",
    ),
    notation.FORMULA: (
        "completeness",
        "is een formule zonder opgeslagen uitkomst, en is gelezen als leeg.",
        "Open het werkboek in een rekenprogramma, sla het op en lever het opnieuw aan.",
    ),
    notation.ERROR: (
        "conformity",
        "bevat een foutwaarde van het werkblad (zoals #VERW! of #DEEL/0!).",
        "Herstel de formule in de bron en lever opnieuw aan.",
    ),
    notation.MANGLED: (
        "conformity",
        "bevat tekens die bij het omzetten zijn verminkt (zoals Ã© voor é).",
        "Exporteer opnieuw als UTF-8 en controleer of de accenten in het bestand goed staan.",
    ),
    notation.ROUNDED: (
        "conformity",
        "is in het werkblad een getal van meer dan vijftien cijfers. Een rekenprogramma bewaart er"
        " vijftien; de laatste cijfers kunnen verloren zijn.",
        "Exporteer {name} als tekst, dan blijven alle cijfers staan.",
    ),
}
# There was something and it cannot be used.
_FAILING = (notation.TIME_ONLY, notation.ERROR, notation.ROUNDED)


def _remarked(column: Column, layout: Layout, seen: Collection[str] | None) -> list[Mark]:
    """What `notation` may have remarked about a column, or did."""
    possible = {notation.EMPTY, notation.FORMULA, notation.ERROR}
    if column.kind == "tekst" and not column.codes:
        possible |= {notation.ROUNDED, notation.MANGLED}
    if column.kind == "datum":
        possible |= {notation.SERIAL, notation.SHORT_YEAR, notation.TIME, notation.TIME_ONLY}
        possible |= {notation.OPEN_END} if column.filled_at_end else set()
    if column.kind == "geheel" and layout.decimal != "komma":
        possible.add(notation.THOUSANDS)
    if column.hours:
        possible.add(notation.HOURS)
    found = []
    for remark, (dimension, says, remedy) in _REMARKS.items():
        if remark not in possible or (seen is not None and remark not in seen):
            continue
        found.append(
            Mark(
                sort=remark,
                column=column.name,
                fails=f"coalesce({quoted(column.name + '__melding')} = {literal(remark)}, false)",
                dimension=dimension,
                message=f"{column.label} {says}",
                remedy=remedy.format(name=column.name),
                is_error=remark in _FAILING or (remark == notation.FORMULA and column.required),
                explains=remark in _FAILING,
            )
        )
    return found


def has_symbols(column: Column, layout: Layout) -> bool:
    return bool(layout.symbols) and column.kind in ("geheel", "getal")


def pads(column: Column, layout: Layout) -> bool:
    return column.name in layout.edits and layout.edits[column.name].width > 0
