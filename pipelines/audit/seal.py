"""The certificate of a release as a file: signed with a key of the organisation, and checked before
it is written.

Beside `<id>.duckdb` lies `<id>.bewijs.json.gz`. Its public key is worth what somebody says of it
elsewhere: publish it, and tell it to who checks.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines import settings
from pipelines.audit import audit, bewijs, worlds
from pipelines.errors import UsageError

KEY_FILE = "sleutel/bewijs.pem"
SUFFIX = ".bewijs.json.gz"
MOST_NAMED = 5


def seal(workdir: Path, file: Path) -> str:
    """Make, sign, check and write the certificate of a released file, where it has none of now.

    Gives the reason why there is none, in Dutch, or ''.
    """
    place = file.with_suffix(SUFFIX)
    if _told(place).get("versie") == worlds.VERSION:
        return ""
    found = worlds.certificate(workdir, file)
    if found.without:
        named = "; ".join(found.without[:MOST_NAMED])
        return f"Voor {len(found.without)} aantallen zijn geen werelden gevonden: {named}."
    body = json.dumps(found.content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    write(place, body, key(workdir))
    try:
        bewijs.check(file)
    except bewijs.Refused as refused:
        place.unlink(missing_ok=True)
        return f"Het bewijs houdt geen stand: {refused}."
    return ""


def write(place: Path, body: str, signing: Ed25519PrivateKey) -> None:
    """Write a signed body in one step; the same body and key give the same bytes."""
    outer = {
        "inhoud": body,
        "handtekening": signing.sign(body.encode()).hex(),
        "sleutel": public(signing),
    }
    half = place.with_name(f".{place.name}.{os.getpid()}.half")
    half.write_bytes(gzip.compress(json.dumps(outer, sort_keys=True).encode(), mtime=0))
    half.replace(place)


def key(workdir: Path) -> Ed25519PrivateKey:
    """The key of the settings, or that of the work folder, which is made where there is none.

    Raises UsageError for a file that is no Ed25519 key.
    """
    told = settings.key()
    place = told or workdir / KEY_FILE
    if not place.exists() and told is None:
        _make(place)
    try:
        found = serialization.load_pem_private_key(place.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise UsageError(
            f"{place} is geen leesbare Ed25519-sleutel (PEM, zonder wachtwoord). Zet hem terug of"
            " laat ZICHTLIJN_SLEUTEL naar een andere wijzen."
        )
    return found


def public(signing: Ed25519PrivateKey) -> str:
    """The public half of a key, as `--key` takes it."""
    return signing.public_key().public_bytes_raw().hex()


def signer(file: Path) -> str:
    """The public key that a certificate says it is signed with; '' where that cannot be read."""
    return str(_outer(file.with_suffix(SUFFIX)).get("sleutel", ""))


def _told(place: Path) -> dict[str, Any]:
    """What a certificate says; nothing where it cannot be read."""
    try:
        return dict(json.loads(_outer(place).get("inhoud", "{}")))
    except (ValueError, TypeError):
        return {}


def _outer(place: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(gzip.decompress(place.read_bytes())))
    except (OSError, EOFError, ValueError, TypeError):
        return {}


def _make(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    half = place.with_name(f".{place.name}.{os.getpid()}.half")
    half.touch(mode=0o600)
    half.write_bytes(made)
    half.replace(place)


def checked(file: Path, trusted: str = "") -> dict[str, int]:
    """Check a certificate as an outsider does. Raises UsageError where it does not hold."""
    if not file.is_file():
        raise UsageError(f"{file} bestaat niet of is geen bestand.")
    try:
        return bewijs.check(file, trusted)
    except bewijs.Refused as refused:
        raise UsageError(f"Het bewijs van {file.name} houdt geen stand: {refused}.") from None
    except (LookupError, TypeError, ValueError):
        raise UsageError(
            f"Het bewijs van {file.name} houdt geen stand: er ontbreekt iets in."
        ) from None


def of_served(workdir: Path) -> Path:
    """The released file that a work folder serves, with its certificate."""
    file = audit.served(workdir)
    lacking = seal(workdir, file)
    if lacking:
        raise UsageError(f"Deze publicatie heeft geen bewijs. {lacking}")
    return file
