"""The only data access of the dashboard: the released file that the pointer names.

Opened read-only, with access to any other file switched off inside DuckDB. Who may not read all of
it gets a database in memory that holds the rows of the own scope and nothing else: no question,
however put, answers with a row that is not there. Connections and query results are kept per file
and scope, so a page view is a lookup; the pointer is read at every view, so a new release shows at
once. Frames that leave here are shared: nobody changes them in place.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from dashboard import language
from dashboard.access import rules
from dashboard.access.scope import EVERYTHING, Scope
from dashboard.release.opening import TABLES, ReleaseUnreadable, checksum, connection

WORKDIR_VARIABLE = "ZICHTLIJN_WORKDIR"
DEFAULT_WORKDIR = ".zichtlijn"
# Rows that DuckDB makes room for at once. It reserves a million for any answer, which answers that
# are kept would hold on to: tens of gigabytes of address space, after which no process starts.
_BATCH = 2048
POINTER = "release.json"


@dataclass(frozen=True)
class About:
    """The one row that says what this release is."""

    id: str
    gemaakt_op: dt.datetime
    versie_zichtlijn: str
    git_revisie: str
    bron: str
    drempel: int
    drempel_zwaar: int
    afronding: int
    oordeel: str
    bewijs_hash: str
    peildatum: dt.date


@dataclass(frozen=True)
class Metric:
    """What one metric means, as published with the figures; in English too where it is."""

    id: str
    thema: str
    label_nl: str
    definitie: str
    eenheid: str
    soort: str
    teller: str
    noemer: str
    richting: str
    norm: float | None
    norm_eenheid: str
    norm_bron: str
    datasets: str
    systeem: str
    versie: str
    geldig_vanaf: dt.date | str | None
    label_en: str = ""
    definitie_en: str = ""
    klasse: int = 1


@dataclass(frozen=True)
class Area:
    """A place or organisation with figures of its own; `ouder` is the code of its gemeente."""

    niveau: str
    code: str
    naam: str
    ouder: str


@dataclass(frozen=True)
class Source:
    """One delivery behind a metric."""

    dataset: str
    leverancier: str
    geleverd_op: dt.date
    periode: str


@dataclass(frozen=True)
class Released:
    """A readable release, as far as `scope` reaches. `stamp` tells two files at one path apart."""

    path: Path
    stamp: tuple[int, int]
    scope: Scope

    def query(self, sql: str, *parameters: str) -> pl.DataFrame:
        """Rows of the released file; kept, so the same question is answered once."""
        return _answer(self.path, self.stamp, self.scope, sql, parameters)

    @property
    def about(self) -> About:
        rows = self.query(f"SELECT {_columns(About)} FROM release").to_dicts()
        if len(rows) != 1:
            raise ReleaseUnreadable("De publicatie zegt niet van wanneer zij is.")
        return About(**rows[0])

    @property
    def metrics(self) -> dict[str, Metric]:
        return _metrics(self)

    @property
    def areas(self) -> dict[tuple[str, str], Area]:
        return _areas(self)

    @property
    def years(self) -> list[str]:
        """School years with figures, newest first."""
        return _column(self.query("SELECT DISTINCT schooljaar FROM cellen ORDER BY 1 DESC"))

    @property
    def levels(self) -> list[str]:
        """Area levels with figures."""
        return _column(self.query("SELECT DISTINCT niveau FROM cellen ORDER BY 1"))

    def areas_of(self, level: str) -> list[Area]:
        """Areas of a level that have figures, by name."""
        codes = set(
            _column(self.query("SELECT DISTINCT gebied FROM cellen WHERE niveau = ?", level))
        )
        found = [area for key, area in self.areas.items() if key[0] == level and key[1] in codes]
        return sorted(found, key=lambda area: (area.naam, area.code))

    def sources(self, metric: str) -> list[Source]:
        """Deliveries behind a metric, newest first."""
        rows = self.query(
            "SELECT dataset, leverancier, geleverd_op, periode FROM bronnen "
            "WHERE metriek = ? AND geleverd_op IS NOT NULL "
            "ORDER BY geleverd_op DESC, leverancier, dataset",
            metric,
        )
        return [Source(**row) for row in rows.to_dicts()]

    def loaded_deliveries(self) -> list[Source]:
        """All deliveries that are in force in this release, newest first."""
        rows = self.query(
            "SELECT dataset, leverancier, ontvangen_op AS geleverd_op, periode FROM leveringen "
            "WHERE status = 'geladen' AND ontvangen_op IS NOT NULL "
            "ORDER BY ontvangen_op DESC, leverancier, dataset"
        )
        return [Source(**row) for row in rows.to_dicts()]

    def over_years(
        self, metric: str, niveau: str, gebied: str, cut: str = "", maat: str = ""
    ) -> pl.DataFrame:
        """Cells of one area through the years, oldest first; with `cut` one per category."""
        return self.query(
            "SELECT * FROM cellen WHERE metriek = ? AND niveau = ? AND gebied = ? "
            "AND uitsplitsing = ? AND maat = ? ORDER BY schooljaar, categorie",
            metric,
            niveau,
            gebied,
            cut,
            maat,
        )

    def by_category(
        self, metric: str, cut: str, schooljaar: str, niveau: str, gebied: str
    ) -> pl.DataFrame:
        """Cells of one breakdown in one year, in the fixed order of its categories.

        The order never depends on a value, so a hidden cell says nothing by where it stands.
        """
        return self.query(
            "SELECT c.*, coalesce(k.label_nl, c.categorie) AS label FROM cellen c "
            "LEFT JOIN categorieen k ON k.uitsplitsing = c.uitsplitsing AND k.code = c.categorie "
            "WHERE c.metriek = ? AND c.uitsplitsing = ? AND c.schooljaar = ? AND c.niveau = ? "
            "AND c.gebied = ? AND c.maat = '' ORDER BY k.volgorde NULLS LAST, c.categorie",
            metric,
            cut,
            schooljaar,
            niveau,
            gebied,
        )

    def by_area(self, metric: str, schooljaar: str, niveau: str, maat: str = "") -> pl.DataFrame:
        """One cell per area of a level in one year, by name."""
        return self.query(
            "SELECT c.*, coalesce(g.naam, c.gebied) AS label, coalesce(g.ouder, '') AS ouder, "
            "coalesce(g.onderwijssoort, '') AS soort_school "
            "FROM cellen c LEFT JOIN gebieden g ON g.niveau = c.niveau AND g.code = c.gebied "
            "WHERE c.metriek = ? AND c.schooljaar = ? AND c.niveau = ? "
            "AND c.uitsplitsing = '' AND c.maat = ? ORDER BY label, c.gebied",
            metric,
            schooljaar,
            niveau,
            maat,
        )

    def whole_cells(self, schooljaar: str, niveau: str, gebied: str) -> pl.DataFrame:
        """All cells without a breakdown of one area in one year."""
        return self.query(
            "SELECT * FROM cellen WHERE schooljaar = ? AND niveau = ? AND gebied = ? "
            "AND uitsplitsing = '' ORDER BY metriek, maat",
            schooljaar,
            niveau,
            gebied,
        )

    def levels_of(self, metric: str, cut: str | None = "") -> list[str]:
        """Levels at which a metric is published with this breakdown; None for with any."""
        if cut is None:
            return _column(
                self.query(
                    "SELECT DISTINCT niveau FROM cellen WHERE metriek = ? ORDER BY 1", metric
                )
            )
        return _column(
            self.query(
                "SELECT DISTINCT niveau FROM cellen WHERE metriek = ? AND uitsplitsing = ? "
                "ORDER BY 1",
                metric,
                cut,
            )
        )

    def cuts(self, metric: str) -> list[str]:
        """Breakdowns published for a metric."""
        return _column(
            self.query(
                "SELECT DISTINCT uitsplitsing FROM cellen "
                "WHERE metriek = ? AND uitsplitsing <> '' ORDER BY 1",
                metric,
            )
        )

    def whole(self, metric: str) -> bool:
        """Whether a metric is published without a breakdown too."""
        return bool(
            self.query(
                "SELECT 1 FROM cellen WHERE metriek = ? AND uitsplitsing = '' LIMIT 1", metric
            ).height
        )

    def categories(self, cut: str) -> dict[str, str]:
        """Code -> label of a breakdown in the language of the reader, in its fixed order."""
        label = f"label_{language.now()}"
        rows = self.query(
            f"SELECT code, {label} FROM categorieen WHERE uitsplitsing = ? ORDER BY volgorde, code",
            cut,
        )
        return {code: language.published(said) for code, said in rows.iter_rows()}

    def table(self, name: str, order: str) -> pl.DataFrame:
        """A whole small table of the release (effects, savings, deliveries, protection)."""
        if name not in TABLES:
            raise ReleaseUnreadable(f"De publicatie kent geen tabel {name}.")
        return self.query(f"SELECT * FROM {name} ORDER BY {order}")


def workdir() -> Path:
    """Where releases stand: the environment says so, else `.zichtlijn` here."""
    return Path(os.environ.get(WORKDIR_VARIABLE) or DEFAULT_WORKDIR).resolve()


def current(scope: Scope | None = None) -> Released | None:
    """The release that the pointer names now; None when nothing has been published yet.

    Where people log in, nothing is read without a scope.
    """
    if scope is None:
        if rules.configured() is not None:
            raise ReleaseUnreadable("Er is niet gezegd wie dit mag lezen.")
        scope = EVERYTHING
    return of(workdir(), scope)


def of(home: Path, scope: Scope) -> Released | None:
    """The release that the pointer in a work folder names; None without one."""
    try:
        pointer = json.loads((home / POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ReleaseUnreadable(
            f"Het bestand {POINTER} in de werkmap is niet te lezen. Draai `zichtlijn run` opnieuw."
        ) from error
    name = pointer.get("file") if isinstance(pointer, dict) else None
    if not isinstance(name, str):
        raise ReleaseUnreadable(
            f"Het bestand {POINTER} noemt geen publicatie. Draai `zichtlijn run` opnieuw."
        )
    told = pointer.get("sha256")
    if not isinstance(told, str):
        raise ReleaseUnreadable(
            "De publicatie is gemaakt met een oudere versie van Zichtlijn. Draai `zichtlijn run` "
            "opnieuw."
        )
    path = (home / name).resolve()
    if not path.is_relative_to(home):
        raise ReleaseUnreadable(
            f"Het bestand {POINTER} wijst naar een plaats buiten de werkmap; "
            "dat wordt niet gelezen."
        )
    try:
        state = path.stat()
    except OSError as error:
        raise ReleaseUnreadable(
            f"De publicatie {path.name} ontbreekt in de werkmap. Draai `zichtlijn run` opnieuw."
        ) from error
    released = Released(path, (state.st_mtime_ns, state.st_size), scope)
    if checksum(released.path, released.stamp) != told:
        raise ReleaseUnreadable(
            f"De publicatie {path.name} is niet heel: het bestand is half gekopieerd of veranderd "
            "nadat het is gemaakt. Er worden geen cijfers getoond. Kopieer het opnieuw, of draai "
            "`zichtlijn run` opnieuw."
        )
    connection(released.path, released.stamp, scope)
    return released


@lru_cache(maxsize=2048)
def _answer(
    path: Path, stamp: tuple[int, int], scope: Scope, sql: str, parameters: tuple[str, ...]
) -> pl.DataFrame:
    with connection(path, stamp, scope).cursor() as cursor:
        return cursor.execute(sql, list(parameters)).pl(_BATCH).rechunk()


@lru_cache(maxsize=16)
def _metrics(release: Released) -> dict[str, Metric]:
    rows = release.query(f"SELECT {_columns(Metric)} FROM metrieken ORDER BY thema, id")
    return {row["id"]: _filled(Metric, row) for row in rows.to_dicts()}


@lru_cache(maxsize=16)
def _areas(release: Released) -> dict[tuple[str, str], Area]:
    rows = release.query("SELECT niveau, code, naam, coalesce(ouder, '') AS ouder FROM gebieden")
    return {(row["niveau"], row["code"]): Area(**row) for row in rows.to_dicts()}


def _columns(record: type) -> str:
    return ", ".join(field.name for field in fields(record))


def _column(frame: pl.DataFrame) -> list[str]:
    return [value for value in frame.to_series(0).to_list() if value is not None]


def _filled(record: type[Metric], row: dict[str, Any]) -> Metric:
    """A metric row with absent texts as empty texts."""
    optional = {"norm", "geldig_vanaf"}
    filled: dict[str, Any] = {
        name: "" if value is None and name not in optional else value for name, value in row.items()
    }
    return record(**filled)
