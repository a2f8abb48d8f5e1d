"""Made-up releases for the tests of reports, and what to read of a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from dashboard.access.scope import EVERYTHING
from dashboard.release import released
from dashboard.release.released import Released
from dashboard.reports import make
from dashboard.reports.content import Report
from tests.browser.fixture_release import build, point_to
from tests.conftest import DemoRun

# The made-up release has no wijken: here each gemeente is one too.
_WIJKEN = (
    "INSERT INTO gebieden SELECT 'wijk', 'WK' || code, 'Wijk ' || naam, code, '' FROM gebieden "
    "WHERE niveau = 'gemeente'",
    "INSERT INTO cellen SELECT metriek, schooljaar, 'wijk', 'WK' || gebied, uitsplitsing, "
    "categorie, maat, teller, noemer, waarde, onder, boven, n, status, reden, dekking, "
    "dekking_kenmerk FROM cellen WHERE niveau = 'gemeente' AND uitsplitsing = ''",
)
NUMBERS = "waarde = NULL, teller = NULL, noemer = NULL, onder = NULL, boven = NULL, n = NULL"

EVERYTHING_HIDDEN = (
    f"UPDATE cellen SET {NUMBERS}, status = 'afgeschermd', reden = ''",
    "UPDATE effecten SET schatting = NULL, onder = NULL, boven = NULL, status = 'afgeschermd'",
    "DELETE FROM besparing_balans",
)


def opened(folder: Path, *changes: str) -> Released:
    """A release in a new folder, with changes in SQL."""
    folder.mkdir(exist_ok=True)
    file = build(folder)
    with duckdb.connect(str(file)) as connection:
        for change in (*_WIJKEN, *changes):
            connection.execute(change)
    point_to(folder, file.stem)
    found = released.of(folder, EVERYTHING)
    assert found is not None
    return found


def copied(demo: DemoRun, folder: Path) -> Path:
    """The demo's release in a folder of its own: a file is open in one way only in a process."""
    (folder / "releases").mkdir(parents=True)
    shutil.copy(demo.release, folder / "releases")
    shutil.copy(demo.workdir / "release.json", folder)
    return folder


def asked(kind: str, release: Released) -> make.Asked:
    """A report of this kind; about the first school or wijk where it is about one."""
    level = {"school": "vestiging", "wijk": "wijk"}.get(kind, "totaal")
    name = "" if level == "totaal" else release.areas_of(level)[0].code
    return make.Asked(kind, "pptx", area=(level, name))


def told(kind: str, release: Released) -> Report:
    return make.built(release, asked(kind, release))
