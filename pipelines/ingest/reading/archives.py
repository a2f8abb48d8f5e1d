"""Zip archives and the workbooks that are one: which of both, whole, open and of a fair size."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading.limits import (
    MAX_FILE,
    MAX_PARTS,
    MAX_RATIO,
    RATIO_FROM,
    number,
    size,
    too_large,
)

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second has no files in it
_ZIP_ENTRY = b"PK\x01\x02"
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DAMAGED_BY = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


def check_unpacked(length: int, packed: int) -> None:
    if length > MAX_FILE or (length > RATIO_FROM and length > MAX_RATIO * max(1, packed)):
        raise too_large(
            f"Uitgepakt is het bestand meer dan {size(length - 1)}, uit {size(packed)}",
            f"ten hoogste {size(MAX_FILE)}, en ten hoogste {MAX_RATIO} keer zo groot als ingepakt",
            "Lever het bestand zelf, zonder het in te pakken.",
        )


def is_workbook(data: bytes) -> bool:
    if (entries := data.count(_ZIP_ENTRY)) > MAX_PARTS:
        raise too_large(
            f"Het bestand bestaat uit {number(entries)} ingepakte onderdelen",
            f"ten hoogste {number(MAX_PARTS)}",
            "Verdeel de gegevens over meer bestanden.",
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            if {"xl/workbook.xml", "xl/workbook.bin"} & names:
                return True
            if "content.xml" not in names or "mimetype" not in names:
                return False
            with archive.open("mimetype") as stream:
                return stream.read(len(_SPREADSHEET)) == _SPREADSHEET
    except (*DAMAGED_BY, RuntimeError, KeyError):
        raise DeliveryRefused(
            "bestand.afgebroken",
            "Het werkboek of zipbestand is beschadigd of niet volledig overgekomen. Sla het opnieuw"
            " op en verstuur het nog eens.",
        ) from None


def check_workbook(data: bytes) -> None:
    if not data.startswith(ZIP):
        if _ENCRYPTED in data:
            raise locked()
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
    check_unpacked(sum(p.file_size for p in parts), len(data))


def locked() -> DeliveryRefused:
    return DeliveryRefused(
        "bestand.wachtwoord",
        "Het bestand is beveiligd met een wachtwoord. Sla het op zonder wachtwoord en lever het aan"
        " via de afgesproken beveiligde weg.",
    )


def damaged(what: str) -> DeliveryRefused:
    return DeliveryRefused(
        "bestand.afgebroken",
        f"Het {what} is beschadigd of niet volledig overgekomen. Maak en verstuur het opnieuw.",
    )
