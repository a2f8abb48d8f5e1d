"""Bytes that are the same for the same release, and files that are never half there."""

from __future__ import annotations

import datetime as dt
import errno
import io
import os
import re
import tempfile
import zipfile
from pathlib import Path

from dashboard.reports.content import ReportRefused

_CORE = "docProps/core.xml"
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def settled(package: bytes, made: dt.datetime) -> bytes:
    """An Office package, and workbooks inside it, with the release's date for the clock's."""
    out = io.BytesIO()
    day = (made.year, made.month, made.day, made.hour, made.minute, made.second)
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith(".xlsx"):
                body = settled(body, made)
            elif name == _CORE:
                body = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", body)
            entry = zipfile.ZipInfo(name, day)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, body, compresslevel=6)
    return out.getvalue()


def write(path: Path, body: bytes) -> None:
    """Under a name of its own in the same folder first; ReportRefused when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as part:
            draft = Path(part.name)
            try:
                part.write(body)
                part.flush()
                os.fsync(part.fileno())
                part.close()
                draft.chmod(0o644)
                draft.replace(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise ReportRefused(
            f"Het bestand {path} kan niet worden geschreven: {_why(error)} "
            "Er is niets half achtergebleven."
        ) from error


def _why(error: OSError) -> str:
    match error:
        case PermissionError():
            return "u heeft daar geen schrijfrechten."
        case FileExistsError() | NotADirectoryError():
            return "een deel van het pad is een bestand en geen map."
        case FileNotFoundError():
            return "die map is er niet en kan niet worden gemaakt."
        case IsADirectoryError():
            return "daar staat al een map met die naam."
        case _ if error.errno == errno.ENOSPC:
            return "de schijf is vol."
        case _:
            return "het besturingssysteem staat dat niet toe."
