"""The released tables that say what the figures are, where they are from and how they are named.

Counts of rows are about children too. Beside the figures of a school that delivers its own file
they would tell its hidden cells, so they do not leave: `zichtlijn deliveries` and the feedback
hold them, on the pipeline's side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb
import polars as pl

from pipelines.contracts import Contracts
from pipelines.effects.catalogue import EFFECTS
from pipelines.metrics import categories
from pipelines.metrics.categories import Category
from pipelines.metrics.describe import describe_all
from pipelines.metrics.metric import Metric
from pipelines.metrics.publication_plan import Plan
from pipelines.warehouse import acceptances
from pipelines.warehouse.engine import as_frame

PARTNERSHIP = "samenwerkingsverband"
MOST_TOWNS = 3  # named with a samenwerkingsverband
_NUMBERS = {"norm": pl.Float64, "klasse": pl.Int64}
SAVING = "besparing"
SAVING_DATASETS = ("zis_deelnames", "jeugdhulp", "tarieven")

LABELS = {
    "gemeente": "SELECT DISTINCT gemeente AS code, gemeentenaam AS naam, '' AS ouder FROM gebieden",
    "wijk": "SELECT DISTINCT wijk AS code, wijknaam AS naam, gemeente AS ouder FROM gebieden",
    "vestiging": "SELECT vestigingscode AS code, naam, gemeente AS ouder,"
    " coalesce(onderwijssoort, '') AS onderwijssoort FROM scholen ORDER BY ALL",
}


def metrics_table(metrics: Mapping[str, Metric], contracts: Contracts) -> pl.DataFrame:
    """`metrieken`: every declaration, with its norm and the source of that norm."""
    rows = [
        row | {"datasets": ", ".join(row["datasets"])} for row in describe_all(metrics, contracts)
    ]
    columns = (
        "id", "thema", "label_nl", "label_en", "definitie", "definitie_en", "eenheid", "soort",
        "teller", "noemer", "richting", "norm", "norm_eenheid", "norm_bron", "datasets", "systeem",
        "versie", "geldig_vanaf", "klasse",
    )  # fmt: skip
    frame = pl.DataFrame(
        [{c: row[c] for c in columns} for row in rows],
        schema={c: _NUMBERS.get(c, pl.String) for c in columns},
    )
    return frame.with_columns(pl.col("geldig_vanaf").str.to_date())


def areas_table(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, cells: pl.DataFrame
) -> pl.DataFrame:
    """`gebieden`: a name for every area that occurs in `cells`; of a school its kind too."""
    columns = ("niveau", "code", "naam", "ouder", "onderwijssoort")
    used = cells.select("niveau", code="gebied").filter(pl.col("code") != "").unique()
    named = [
        as_frame(con.execute(query)).with_columns(niveau=pl.lit(level))
        for level, query in LABELS.items()
    ]
    kinds = contracts.codes["onderwijssoort"].values()
    named.append(
        pl.DataFrame(
            [{"code": k.code, "naam": k.label_nl, "ouder": ""} for k in kinds]
        ).with_columns(niveau=pl.lit("onderwijssoort"))
    )
    kindless = pl.lit("").alias("onderwijssoort")
    names = pl.concat(
        (n if "onderwijssoort" in n.columns else n.with_columns(kindless)).select(columns)
        for n in named
    )
    names = names.unique(["niveau", "code"], keep="first", maintain_order=True)
    return (
        used.join(names, on=["niveau", "code"], how="left")
        .with_columns(
            pl.col("naam").fill_null(pl.col("code")),
            pl.col("ouder", "onderwijssoort").fill_null(""),
        )
        .select(columns)
        .sort("niveau", "code")
    )


def categories_table(
    con: duckdb.DuckDBPyConnection,
    metrics: Mapping[str, Metric],
    plan: Plan,
    contracts: Contracts,
) -> pl.DataFrame:
    """`categorieen`: labels and order of the categories of every breakdown in the plan."""
    delivered = {PARTNERSHIP: _partnerships(con)}
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for metric in metrics.values():
        for breakdown in dict.fromkeys(t.breakdown for t in plan.of(metric.id)):
            listed = categories.of_breakdown(metric, breakdown, contracts)
            for order, found in enumerate((*delivered.get(breakdown, ()), *listed)):
                rows.setdefault(
                    (breakdown, found.code),
                    {
                        "uitsplitsing": breakdown,
                        "code": found.code,
                        "label_nl": found.label_nl,
                        "label_en": found.label_en,
                        "volgorde": order,
                    },
                )
    schema = {
        "uitsplitsing": pl.String,
        "code": pl.String,
        "label_nl": pl.String,
        "label_en": pl.String,
        "volgorde": pl.Int32,
    }
    return pl.DataFrame(list(rows.values()), schema=schema).sort("uitsplitsing", "volgorde", "code")


def _partnerships(con: duckdb.DuckDBPyConnection) -> list[Category]:
    """The samenwerkingsverbanden of the schools, called by number and by their municipalities: a
    registration holds no name of its own for them.
    """
    rows = con.execute(
        "SELECT s.samenwerkingsverband, list(DISTINCT coalesce(g.naam, s.gemeente)) FROM scholen s"
        " LEFT JOIN (SELECT gemeente, min(gemeentenaam) AS naam FROM gebieden GROUP BY 1) g"
        " ON g.gemeente = s.gemeente WHERE s.samenwerkingsverband IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [_partnership(code, sorted(towns)) for code, towns in rows]


def _partnership(code: str, towns: list[str]) -> Category:
    parts = re.fullmatch(r"(PO|VO)(\d{2})(\d{2})", code)
    number = f"{parts[1].lower()} {parts[2]}-{parts[3]}" if parts else code
    more = len(towns) - MOST_TOWNS
    where = ", ".join(towns[:MOST_TOWNS])
    return Category(
        code,
        f"Samenwerkingsverband {number} ({where}{f' en {more} meer' if more > 0 else ''})",
        f"Partnership {number} ({where}{f' and {more} more' if more > 0 else ''})",
    )


def sources_table(con: duckdb.DuckDBPyConnection, metrics: Mapping[str, Metric]) -> pl.DataFrame:
    """`bronnen`: the loaded deliveries behind every metric, effect and saving."""
    loaded = as_frame(
        con.execute(
            "SELECT dataset, leverancier, ontvangen_op::DATE AS geleverd_op, periode"
            " FROM register.leveringen WHERE status = 'geladen'"
        )
    )
    used = [(m.id, d) for m in metrics.values() for d in m.datasets]
    used += [
        (effect.id + outcome.suffix, dataset)
        for effect in EFFECTS
        for outcome in effect.outcomes
        for dataset in effect.datasets
    ]
    used += [(SAVING, dataset) for dataset in SAVING_DATASETS]
    needs = pl.DataFrame(used, schema={"metriek": pl.String, "dataset": pl.String}, orient="row")
    return (
        needs.join(loaded, on="dataset")
        .select("metriek", "dataset", "leverancier", "geleverd_op", "periode")
        .unique()
        .sort("metriek", "dataset", "leverancier", "periode")
    )


def deliveries_table(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`leveringen`: what came in and what became of it, without a number of rows."""
    return as_frame(
        con.execute(
            "SELECT levering, bestand, dataset, leverancier, periode,"
            " ontvangen_op::DATE AS ontvangen_op, status, bericht"
            " FROM register.leveringen ORDER BY dataset, leverancier, periode, levering"
        )
    )


def findings_table(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`bevindingen`: per delivery and rule, without the rows and without their number.

    `aanvaard_tot`: last day of the acceptance that stands, past or not, so that the release does
    not depend on the day it is made. Reason and name are free text and stay behind.
    """
    accepted = (
        f"(SELECT max(a.tot_en_met) FROM {acceptances.STANDING} a WHERE a.regel = b.regel"
        " AND b.uitkomst = 'gevonden' AND lower(a.leverancier) = lower(l.leverancier)"
        " AND (a.kolom = '' OR list_contains(b.kolommen, a.kolom)))"
    )
    return as_frame(
        con.execute(
            "SELECT levering, l.dataset, l.leverancier, b.regel, ernst, dimensie,"
            " array_to_string(kolommen, ', ') AS kolommen, b.bericht, herstel,"
            f" {accepted} AS aanvaard_tot"
            " FROM register.bevindingen b JOIN register.leveringen l USING (levering)"
            " WHERE l.status = 'geladen' ORDER BY l.dataset, l.leverancier, levering, b.regel"
        )
    )


def protection_table(cells: pl.DataFrame) -> pl.DataFrame:
    """`bescherming`: per table of the publication plan (metric, breakdown and level) how many cells
    there are, and how many show."""
    table = ["metriek", "uitsplitsing", "niveau"]
    return (
        cells.group_by(table)
        .agg(
            cellen=pl.len().cast(pl.Int64),
            zichtbaar=(pl.col("status") == "zichtbaar").sum().cast(pl.Int64),
            afgeschermd=(pl.col("status") == "afgeschermd").sum().cast(pl.Int64),
        )
        .sort(table)
    )
