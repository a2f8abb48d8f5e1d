"""Where feedback lies: one folder per delivery with workbook, page and the second count's record
and page.

It holds pseudonymous rows of its supplier: it stays in the work folder and is never published.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.validate.feedback.report import Heading, Report

NAME = "terugkoppeling"
WORKBOOK, PAGE, RECORD = "feedback.xlsx", "feedback.html", "controle.json"
DOCS = "data_docs.html"
MADE_BY_GX = "data_docs"  # of a record


def write(folder: Path, report: Report, record: Mapping[str, Any] | None) -> Path:
    """Write or renew a delivery's feedback under `folder`; gives the delivery's own folder.

    Without `record`, the one of an earlier run over the same bytes is kept, and with it the page
    that Great Expectations made of it (`data_docs` in a record). Every file appears whole or not
    at all. Raises `OSError` when a file cannot be written or is open elsewhere.
    """
    from pipelines.validate.feedback import page, workbook  # not for a check that writes nothing

    place = folder / folder_name(report.heading)
    place.mkdir(parents=True, exist_ok=True)
    if record is None and not report.refusal and (place / RECORD).is_file():
        record = json.loads((place / RECORD).read_text("utf-8"))
    docs = str((record or {}).get(MADE_BY_GX, ""))
    has_docs = bool(docs) or (record is not None and (place / DOCS).is_file())
    with tempfile.TemporaryDirectory(dir=place, prefix=".nieuw-") as scratch:
        fresh = Path(scratch)
        workbook.write(fresh / WORKBOOK, report)
        told = page.render(report, record, docs=DOCS if has_docs else "")
        (fresh / PAGE).write_text(told, "utf-8")
        if record is not None:
            counted = {key: value for key, value in record.items() if key != MADE_BY_GX}
            (fresh / RECORD).write_text(
                json.dumps(counted, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8"
            )
        if docs:
            (fresh / DOCS).write_text(docs, "utf-8")
        for name in (WORKBOOK, PAGE, RECORD, DOCS):
            if (fresh / name).exists():
                (fresh / name).replace(place / name)
    return place


def sweep(folder: Path) -> None:
    """Remove what a run that was killed left half-written."""
    for left in folder.glob("*/.nieuw-*"):
        shutil.rmtree(left, ignore_errors=True)


def remove(folder: Path, delivery: str) -> None:
    """Remove the feedback on a delivery, when there is any."""
    for place in folder.glob(f"*_{delivery}"):
        shutil.rmtree(place)


def folder_name(heading: Heading) -> str:
    """`<file>_<delivery>` with only what every file system takes."""
    plain = re.sub(r"[^\w.-]+", "_", heading.file).strip("._") or "levering"
    return f"{plain[:80]}_{heading.delivery}"
