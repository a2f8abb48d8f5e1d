"""The supplier's key, and what it makes of a number."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from pipelines.errors import UsageError

KEY_BYTES = 32
KEY_VARIETY = 16  # distinct bytes: 32 random ones practically always have more
LARGEST_KEY_FILE = 4096


def new_key(path: Path) -> None:
    """Make a key file that only its owner may read: 64 hexadecimal digits on one line."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} bestaat al en wordt niet overschreven: met een andere sleutel krijgt elke"
            " leerling een ander pseudoniem. Kies een andere naam."
        ) from None
    except OSError as problem:
        raise UsageError(
            f"Het sleutelbestand {path} kan niet worden gemaakt ({type(problem).__name__})."
        ) from problem
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")


def read_key(path: Path) -> bytes:
    """The key in a file: one line of hexadecimal digits, or the bytes as they are.

    Typed text is refused: whoever guesses it can try every number there is.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_KEY_FILE + 1)
    except OSError as problem:
        raise UsageError(
            f"Het sleutelbestand {path} kan niet worden gelezen ({type(problem).__name__})."
            " Maak er een met 'zichtlijn anonymise --new-key'."
        ) from problem
    line = raw.strip()
    if re.fullmatch(rb"[0-9A-Fa-f]+", line) and len(line) % 2 == 0:
        key = bytes.fromhex(line.decode("ascii"))
    elif len(raw) > LARGEST_KEY_FILE or _is_text(raw):
        raise UsageError(
            f"Het sleutelbestand {path} heeft een vreemde vorm: verwacht wordt een regel van"
            f" minstens {2 * KEY_BYTES} hexadecimale tekens (0-9, a-f), of minstens {KEY_BYTES}"
            " willekeurige bytes; geen wachtwoord, document of andere tekst."
            " Maak er een met 'zichtlijn anonymise --new-key'."
        )
    else:
        key = raw
    if len(key) < KEY_BYTES:
        raise UsageError(
            f"De sleutel in {path} is te kort: {len(key)} bytes, en er zijn er minstens"
            f" {KEY_BYTES} nodig. Maak er een met 'zichtlijn anonymise --new-key'."
        )
    if len(set(key)) < KEY_VARIETY:
        raise UsageError(
            f"De sleutel in {path} is niet willekeurig: er komen te weinig verschillende bytes in"
            " voor. Maak er een met 'zichtlijn anonymise --new-key'."
        )
    return key


def _is_text(raw: bytes) -> bool:
    """Whether somebody's editor or program made this, in whatever encoding."""
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or raw.count(0) > len(raw) / 4:
        return True
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(c.isprintable() or c.isspace() for c in text)


def pseudonym(number: str, key: bytes) -> str:
    """HMAC-SHA-256, 64 hexadecimal digits, of a number as `plain_number` writes it."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def plain_number(text: str, *, national: bool) -> str | None:
    """A number without spaces and dots; what a spreadsheet made of it is undone.

    `national`: a citizen service or education number, nine digits with its leading zeros; None for
    what cannot be one. None for empty text too.
    """
    bare = text.strip().lstrip("'")
    if re.fullmatch(r"\d([.,]\d+)?[eE]\+?\d{1,2}", bare):
        bare = str(round(float(bare.replace(",", "."))))
    bare = re.sub(r"^(\d+)[.,]0{1,2}$", r"\1", bare)
    bare = re.sub(r"[\s.-]" if national else r"[\s.]", "", bare)
    if not national:
        return bare or None
    if not re.fullmatch(r"[0-9]{7,9}", bare) or int(bare) == 0:
        return None
    return bare.zfill(9)
