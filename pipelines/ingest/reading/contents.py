"""A path -> the bytes of each table-bearing file in it, and what kind of file these are.

A zip and a gzip are unpacked in memory; a name inside a zip is a label and never a path.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Literal

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading import encoding
from pipelines.ingest.reading.archives import (
    DAMAGED_BY,
    ZIP,
    check_unpacked,
    check_workbook,
    damaged,
    is_workbook,
    locked,
)
from pipelines.ingest.reading.limits import (
    KIB,
    MAX_FILE,
    MAX_LINE,
    MAX_MEMBERS,
    MAX_MESSAGE,
    MAX_WORKBOOK,
    MIB,
    number,
    size,
    too_large,
)

Kind = Literal["csv", "werkboek", "parquet", "spss", "bericht"]
HEAD = 8 * KIB
PIECE = 1 * MIB
_OTHER_KINDS = {
    b"%PDF": "een pdf",
    b"\x89PNG": "een afbeelding",
    b"\xff\xd8\xff": "een afbeelding",
    b"GIF87a": "een afbeelding",
    b"GIF89a": "een afbeelding",
    b"7z\xbc\xaf": "een 7-Zip-archief",
    b"Rar!": "een RAR-archief",
    b"BZh91AY&SY": "een bzip2-archief",
    b"\xfd7zXZ": "een xz-archief",
    b"\x28\xb5\x2f\xfd": "een Zstandard-archief",
    b"{\\rtf": "een RTF-document",
    b"SQLite format 3": "een databasebestand",
}
_WEB_PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|table|meta)\b", re.IGNORECASE)
_MARKUP = re.compile(rb"\s*<(\?xml\b|([A-Za-z_][\w.-]*:)?(Bericht|Envelope)\b)")
_SPSS = (b"$FL2", b"$FL3")
_GZIP = b"\x1f\x8b"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Content:
    """The bytes of one file. `member`: its name in the zip it came from, otherwise empty.

    `whole`: False where only the first part was read.
    """

    kind: Kind
    data: bytes
    member: str = ""
    whole: bool = True

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimals; empty for a part."""
        return hashlib.sha256(self.data).hexdigest() if self.whole else ""


def contents(path: Path, part: int = 0) -> Iterator[Content]:
    """The files in `path`, one at a time: itself, or what is packed in it.

    `part`: read so many bytes at most of a CSV file; 0 for all.
    """
    with opened(path) as file:
        head = read(file, HEAD)
        if not head:
            raise DeliveryRefused(
                "bestand.leeg", "Het bestand is leeg (0 bytes). Maak de export opnieuw."
            )
        text = _is_csv(head)
        if text and not part:
            _refuse_endless_line(head, file)
        file.seek(0)
        data = read(file, part) if text and part else _all(file)
    if head.startswith(_GZIP):
        _only_as(path, ".gz", "gzip")
        yield _of(_gunzipped(data, part), "", part)
    elif head.startswith(ZIP) and not is_workbook(data):
        _only_as(path, ".zip", "zip")
        yield from _members(data, part)
    else:
        yield _of(data, "", part)


def kind(data: bytes) -> Kind:
    """What the bytes are; the extension only decides which files are looked at at all."""
    head = data[:HEAD]
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(ZIP) and is_workbook(data)):
        return "werkboek"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_SPSS):
        return "spss"
    other = next((name for mark, name in _OTHER_KINDS.items() if head.startswith(mark)), "")
    if _is_packed(head):
        other = "een archief in een archief"
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff")  # as if it were one byte each
    if _WEB_PAGE.match(plain):
        other = "een webpagina; open haar in een rekenprogramma en sla haar op als xlsx"
    if not other and _MARKUP.match(plain):
        return "bericht"
    if other or not encoding.has_text(head):
        raise DeliveryRefused(
            "bestand.soort",
            "De inhoud is geen CSV, geen werkboek, geen Parquet en geen iJw-bericht (gevonden:"
            f" {other or 'een binair bestand'}). Lever een CSV-bestand of een Excel- of"
            " ODS-werkboek.",
        )
    return "csv"


def _of(data: bytes, member: str, part: int) -> Content:
    found = kind(data)
    allowed = {"csv": MAX_FILE, "bericht": MAX_MESSAGE}.get(found, MAX_WORKBOOK)
    if len(data) > allowed:
        raise _too_long(len(data), allowed)
    if found == "werkboek":
        check_workbook(data)
    return Content(found, data, member, whole=not (part and found == "csv"))


def kind_of(head: bytes) -> Kind | None:
    """What a file is by its first bytes; None for a packed one."""
    return None if _is_packed(head) else kind(head)


def _is_packed(head: bytes) -> bool:
    return head.startswith((_GZIP, *ZIP))


def _is_csv(head: bytes) -> bool:
    return kind_of(head) == "csv"


def opened(path: Path) -> IO[bytes]:
    if path.is_dir():
        raise DeliveryRefused("bestand.map", "Dit is een map en geen bestand.")
    if path.exists() and not path.is_file():
        raise DeliveryRefused(
            "bestand.soort", "Dit is geen gewoon bestand (maar bijvoorbeeld een apparaat)."
        )
    try:
        return path.open("rb")
    except (OSError, ValueError) as problem:
        raise DeliveryRefused(
            "bestand.onleesbaar",
            f"Het bestand kan niet worden geopend ({type(problem).__name__}). "
            "Controleer of het nog bestaat, of u het mag lezen en of het niet ergens open staat.",
        ) from None


def read(file: IO[bytes], count: int) -> bytes:
    try:
        return file.read(count)
    except OSError as problem:
        raise DeliveryRefused(
            "bestand.onleesbaar",
            "Het bestand is tijdens het lezen verdwenen of geblokkeerd"
            f" ({type(problem).__name__}). Probeer het opnieuw.",
        ) from None


def _all(file: IO[bytes]) -> bytes:
    """The whole file in one go; refuses one that is too large or still being written."""
    length = os.fstat(file.fileno()).st_size
    if length > MAX_FILE:
        raise _too_long(length, MAX_FILE)
    data = read(file, length + 1)
    if len(data) != length:
        raise DeliveryRefused(
            "bestand.onleesbaar",
            "Het bestand verandert terwijl het wordt gelezen. Wacht tot het volledig is gekopieerd"
            " en probeer het opnieuw.",
        )
    return data


def _refuse_endless_line(head: bytes, file: IO[bytes]) -> None:
    """Before the whole of a file is read: one without line ends is no table."""
    start = head + read(file, MAX_LINE - len(head) + 1)
    if len(start) > MAX_LINE and b"\n" not in start and b"\r" not in start:
        raise too_large(
            f"Regel 1 is meer dan {size(MAX_LINE)} lang",
            f"ten hoogste {size(MAX_LINE)}",
            "Controleer of de export regeleinden heeft en geen losse bijlagen bevat.",
        )


def _too_long(found: int, allowed: int) -> DeliveryRefused:
    return too_large(
        f"Het bestand is {size(found)} groot",
        f"ten hoogste {size(allowed)}",
        "Lever per schooljaar aan, of lever grote tabellen als CSV.",
    )


def _only_as(path: Path, suffix: str, name: str) -> None:
    if path.suffix.lower() != suffix:
        raise DeliveryRefused(
            "bestand.soort",
            f"De inhoud is geen CSV en geen werkboek (gevonden: {name}). Een ingepakt bestand moet"
            f" op {suffix} eindigen; lever anders het bestand zelf.",
        )


def _gunzipped(data: bytes, part: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
            text = _unpacked(stream, len(data), part)
    except DAMAGED_BY:
        raise damaged("gz-bestand") from None
    if not text:
        raise DeliveryRefused("bestand.leeg", "Het gz-bestand bevat een leeg bestand.")
    if kind(text[:HEAD]) != "csv":
        raise DeliveryRefused(
            "bestand.soort",
            "In het gz-bestand zit geen CSV. Een werkboek of Parquet-bestand is zelf al ingepakt:"
            " lever dat zonder gz aan.",
        )
    return text


def _members(data: bytes, part: int) -> Iterator[Content]:
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except DAMAGED_BY:
        raise damaged("zipbestand") from None
    with archive:
        entries = [e for e in archive.infolist() if not (_is_folder(e) or _is_litter(e.filename))]
        if not entries:
            raise DeliveryRefused("bestand.leeg", "Het zipbestand bevat geen bestanden.")
        if len(entries) > MAX_MEMBERS:
            raise too_large(
                f"Het zipbestand bevat {number(len(entries))} bestanden",
                f"ten hoogste {number(MAX_MEMBERS)}",
                "Verdeel de bestanden over meer zipbestanden.",
            )
        left = MAX_FILE
        for place, entry in enumerate(entries, start=1):
            label = _label(entry.filename)
            try:
                member = _of(_member(archive, entry, left, part), label, part)
            except DeliveryRefused as refusal:
                raise within(refusal, place, label) from None
            left -= len(member.data)
            yield member


def within(refusal: DeliveryRefused, place: int, label: str) -> DeliveryRefused:
    """A refusal of a file in a zip, which refuses the zip as a whole."""
    return DeliveryRefused(refusal.rule, f"Bestand {place} in de zip ({label}): {refusal}")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, part: int) -> bytes:
    if entry.flag_bits & 1:
        raise locked()
    if entry.compress_type not in _METHODS:
        raise DeliveryRefused(
            "bestand.soort",
            "Het bestand is op een ongebruikelijke manier ingepakt. Maak de zip opnieuw met de"
            " gewone instellingen.",
        )
    if entry.file_size > left:
        raise too_large(
            "De bestanden in de zip zijn uitgepakt te groot",
            f"samen ten hoogste {size(MAX_FILE)}",
            "Verdeel de bestanden over meer zipbestanden.",
        )
    try:
        with archive.open(entry) as stream:
            data = _unpacked(stream, entry.compress_size, part)
    except DAMAGED_BY:
        raise damaged("zipbestand") from None
    except RuntimeError:  # how zipfile says that it needs a password
        raise locked() from None
    if not data:
        raise DeliveryRefused("bestand.leeg", "Het bestand is leeg (0 bytes).")
    return data


def _unpacked(stream: IO[bytes] | gzip.GzipFile, packed: int, part: int) -> bytes:
    """Piece by piece, so that what a header claims does not matter."""
    text = BytesIO()
    while piece := stream.read(PIECE):
        text.write(piece)
        if part and text.tell() >= part and _is_csv(text.getvalue()[:HEAD]):
            break
        check_unpacked(text.tell(), packed)
    return text.getvalue()


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    """A folder holds no bytes; a file may have a name that looks like one."""
    return entry.filename.endswith("/") and entry.file_size == 0


def _is_litter(name: str) -> bool:
    """What a computer adds to a zip by itself."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return (
        name.startswith("__MACOSX/")
        or base.startswith("._")
        or base in {".DS_Store", "Thumbs.db", "desktop.ini"}
    )


def _label(name: str) -> str:
    """The last part of a name, as it may be shown."""
    base = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in base if c.isprintable())[:100] or "zonder naam"
