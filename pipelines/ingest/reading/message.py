"""iJw messages -> text frames: one per repeated element, one row per occurrence.

A row holds the message's header, the fields of the elements around it (so the client of a granted
product) and its own. Columns are named by their path from the nearest of these, with dots:
`Header.Afzender`, `Client.Bsn`, `ToegewezenProduct.Product.Code`. The first row holds the names.

Structure: iJw (www.istandaarden.nl), the versions and messages in `data_contracts/berichten`. A
message may come in the SOAP envelope in which it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl
from lxml import etree

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading import standards
from pipelines.ingest.reading.frame import of_records
from pipelines.ingest.reading.limits import (
    MAX_TAGS,
    check_cells,
    check_columns,
    number,
    too_large,
)
from pipelines.ingest.reading.markup import parser

_NAMESPACE = re.compile(r"https?://www\.istandaarden\.nl/(i\w{1,10})/(\d+)_(\d+)/(\w{1,20})/schema")
_SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODINGS = (b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252")
_DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)")


def tables(data: bytes) -> Iterator[tuple[str, pl.DataFrame]]:
    """(message and element, unnumbered frame) per repeated element that occurs."""
    root = _unwrapped(_parsed(data))
    code, repeated = _message(root)
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in repeated}
    header: dict[str, str] = {}
    for child in root.iterchildren("{*}Header"):
        header |= _fields(child, repeated)
    for child in root.iterchildren(etree.Element):
        if _name(child) != "Header":
            _visit(child, header, repeated, rows)
    if not any(rows.values()):
        raise DeliveryRefused(
            "bestand.leeg", f"Het bericht {code.upper()} bevat geen {' of '.join(repeated)}."
        )
    for name, found in rows.items():
        if found:
            columns = list(dict.fromkeys(key for row in found for key in row))
            check_columns(len(columns), "Het bericht")
            check_cells(len(found), len(columns), "Het bericht")
            yield f"{code.upper()} {name}", of_records(columns, found)


def _parsed(data: bytes) -> etree._Element:
    """Refuses what could reach outside or blow up before it is parsed.

    The encodings allowed all hold ASCII as it is, so that a declaration cannot hide in another.
    """
    told = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf").lstrip()[:200])
    if b"\0" in data[:8192] or (told and told.group(1).lower() not in _ENCODINGS):
        raise DeliveryRefused(
            "bestand.tekenset", "Het XML-bericht is niet in UTF-8. Verstuur het opnieuw als UTF-8."
        )
    if _DECLARED.search(data):
        raise DeliveryRefused(
            "bestand.onveilig",
            "Het XML-bestand bevat een DOCTYPE of ENTITY. Een iJw-bericht heeft die niet; zij"
            " kunnen naar andere bestanden verwijzen. Lever het bericht zoals het berichtenverkeer"
            " het verstuurt.",
        )
    if (tags := data.count(b"<")) > MAX_TAGS:
        raise too_large(
            f"Het XML-bericht heeft {number(tags)} elementen",
            f"ten hoogste {number(MAX_TAGS)}",
            "Verdeel de gegevens over meer berichten.",
        )
    try:
        return etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", None) or 1
        raise DeliveryRefused(
            "bestand.afgebroken",
            f"Het XML-bericht klopt niet op regel {number(line)}: het is beschadigd of niet"
            " volledig overgekomen. Verstuur het opnieuw.",
        ) from None


def _unwrapped(root: etree._Element) -> etree._Element:
    """The message in a SOAP envelope; what is no envelope as it is."""
    if etree.QName(root).namespace not in _SOAP or _name(root) != "Envelope":
        return root
    found = [e for body in root.iterchildren("{*}Body") for e in body.iter("{*}Bericht")]
    if len(found) != 1:
        raise DeliveryRefused(
            "bestand.soort",
            f"In de SOAP-envelop {'zit geen bericht' if not found else 'zit meer dan een bericht'}"
            f" van de iStandaarden. Gelezen worden {standards.readable()}, elk in een eigen"
            " bestand.",
        )
    return found[0]


def _message(root: etree._Element) -> tuple[str, tuple[str, ...]]:
    """`jw301` and the like, and its repeated elements; refuses another standard, version or message
    by its name."""
    space = _NAMESPACE.fullmatch(etree.QName(root).namespace or "")
    if space is None or _name(root) != "Bericht":
        raise DeliveryRefused(
            "bestand.soort",
            "Dit is XML, maar geen bericht van de iStandaarden. Van XML worden alleen"
            f" iJw-berichten gelezen ({standards.readable()}); lever andere gegevens als CSV of"
            " werkboek.",
        )
    standard, major, minor, code = space.groups()
    code = code.lower()
    told = [root.findtext(f"{{*}}Header/{{*}}{n}") for n in ("BerichtVersie", "BerichtSubversie")]
    if standard.lower() != "ijw":
        raise DeliveryRefused(
            "bestand.bericht",
            f"Dit is een bericht van de {standard}, niet van de iJw. Gelezen worden"
            f" {standards.readable()}.",
        )
    number = f"{major}.{minor}"
    in_header = number
    if all(t and re.fullmatch(r"\d{1,3}", t) for t in told):
        in_header = ".".join(str(int(str(t))) for t in told)
    if in_header != number:
        raise DeliveryRefused(
            "bestand.berichtversie",
            f"Dit is bericht {code.upper()} van iJw {number}, maar in de kop ervan staat iJw"
            f" {in_header}. Laat de leverancier het bericht opnieuw aanmaken.",
        )
    known = standards.versions()
    if number not in known:
        raise DeliveryRefused(
            "bestand.berichtversie",
            f"Dit is bericht {standards.called(code)} van iJw {number}; gelezen worden"
            f" {standards.readable()}. Laat de leverancier het bericht in zo'n versie aanmaken.",
        )
    if code not in known[number].read:
        raise DeliveryRefused(
            "bestand.bericht",
            f"Bericht {standards.called(code)} wordt niet gelezen. Gelezen worden"
            f" {standards.readable()}.",
        )
    return code, known[number].read[code]


def _visit(
    element: etree._Element,
    around: dict[str, str],
    repeated: tuple[str, ...],
    rows: dict[str, list[dict[str, str]]],
) -> None:
    row = around | _fields(element, repeated)
    if _name(element) in rows:
        rows[_name(element)].append(row)
    for inner in _records(element, repeated):
        _visit(inner, row, repeated, rows)


def _records(element: etree._Element, repeated: tuple[str, ...]) -> Iterator[etree._Element]:
    """The nearest repeated elements inside."""
    for child in element.iterchildren(etree.Element):
        if _name(child) in repeated:
            yield child
        else:
            yield from _records(child, repeated)


def _fields(element: etree._Element, repeated: tuple[str, ...]) -> dict[str, str]:
    """Dotted path -> text of every filled leaf that belongs to no repeated element inside."""
    fields: dict[str, str] = {}

    def collect(node: etree._Element, path: str) -> None:
        children = list(node.iterchildren(etree.Element))
        text = "".join(node.itertext()) if not children else ""
        if text.strip():
            fields[path] = (
                f"{fields[path]}{standards.LIST_SEPARATOR}{text}" if path in fields else text
            )
        for child in children:
            if _name(child) not in repeated:
                collect(child, f"{path}.{_name(child)}")

    collect(element, _name(element))
    return fields


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
