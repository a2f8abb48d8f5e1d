"""Bytes -> UTF-8, whatever the encoding was; decoded once, in pieces."""

from __future__ import annotations

import codecs
import re
from io import BytesIO

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading.limits import KIB, MIB, number

PIECE = 4 * MIB
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_OLD_ENCODINGS = ["cp850", "cp437", "mac_roman", "cp1250", "iso8859_15", "latin_1"]
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]+")


def utf8(raw: bytes, *, whole: bool = True) -> bytes:
    """The text as UTF-8; a UTF-8 byte order mark stays in front, so that nothing is copied.

    `whole`: False for the first part of a file, which may end in the middle of a character.
    Raises `DeliveryRefused` for NUL bytes and for an encoding that cannot be told.
    """
    encoding = _encoding(raw, whole)
    text = raw if encoding == "utf-8" else _transcoded(raw, encoding, whole)
    nul = text.find(b"\0")
    if nul >= 0:
        line = text.count(b"\n", 0, nul) + 1
        raise DeliveryRefused(
            "bestand.soort",
            f"Het bestand bevat nul-tekens (het eerste op regel {number(line)}) en is dus geen"
            " gewone tekst, of het is beschadigd. Exporteer opnieuw als CSV.",
        )
    return text


def has_text(start: bytes) -> bool:
    """Whether the first bytes of a file may be text in some encoding."""
    return b"\0" not in start or any(start.startswith(m) for m, _ in _BOMS) or _wide(start) != ""


def _encoding(raw: bytes, whole: bool) -> str:
    marked = next((encoding for mark, encoding in _BOMS if raw.startswith(mark)), "")
    if marked != "utf-8" and (marked or _wide(raw)):
        return marked or _wide(raw)
    broken = _first_broken(raw, whole)
    if broken is None:
        return "utf-8"
    if marked or _mostly_utf8(raw):
        line = raw.count(b"\n", 0, broken) + 1
        raise DeliveryRefused(
            "bestand.tekenset",
            f"Het bestand is UTF-8, maar op regel {number(line)} staan"
            " tekens uit een andere tekenset: het is samengevoegd of beschadigd."
            " Exporteer opnieuw als UTF-8.",
        )
    return _single_byte(raw)


def _wide(raw: bytes) -> str:
    """UTF-16 without a mark: of mostly Latin text every other byte is zero."""
    start = raw[: 4 * KIB]
    half = max(1, len(start) // 2)
    even, odd = start[0::2].count(0) / half, start[1::2].count(0) / half
    if odd > 0.5 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.5 and odd < 0.1 else ""


def _first_broken(raw: bytes, whole: bool) -> int | None:
    """Where the bytes stop being UTF-8, to a few bytes; None when they do not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(raw)
    for start in range(0, len(raw), PIECE):
        try:
            decoder.decode(view[start : start + PIECE], whole and start + PIECE >= len(raw))
        except UnicodeDecodeError as problem:
            return start + problem.start
    return None


def _mostly_utf8(raw: bytes) -> bool:
    """Whether most runs of non-ASCII bytes are whole UTF-8 characters: hardly ever so by chance."""
    good = bad = 0
    for run in _HIGH.finditer(raw):
        left = len(_MULTIBYTE.sub(b"", run.group()))
        good, bad = good + (left == 0), bad + (left > 0)
        if good + bad >= 10_000:
            break
    return good > bad


def _single_byte(raw: bytes) -> str:
    """cp1252 covers Dutch exports that are not UTF-8; the five bytes it lacks point elsewhere."""
    strange = _NOT_IN_CP1252.search(raw)
    if strange is None:
        return "cp1252"
    from charset_normalizer import from_bytes  # here: hardly any file gets this far

    start = max(0, strange.start() - 32 * KIB)
    best = from_bytes(raw[start : start + 64 * KIB], cp_isolation=_OLD_ENCODINGS).best()
    return best.encoding if best else "latin-1"


def _transcoded(raw: bytes, encoding: str, whole: bool) -> bytes:
    mark = next((m for m, e in _BOMS if e == encoding and raw.startswith(m)), b"")
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(raw)[len(mark) :]
    text = BytesIO()
    try:
        for start in range(0, len(view), PIECE):
            last = whole and start + PIECE >= len(view)
            text.write(decoder.decode(view[start : start + PIECE], last).encode())
    except UnicodeError:
        raise DeliveryRefused(
            "bestand.tekenset",
            "De tekenset van het bestand is niet te herkennen, of het bestand is afgebroken."
            " Exporteer opnieuw als UTF-8.",
        ) from None
    return text.getvalue()
