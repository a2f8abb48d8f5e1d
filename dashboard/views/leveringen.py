"""Leveringen: what came in, what was wrong with it, and how the figures are protected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.exhibits import asked, facts, owed, tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.owed import Owed
from dashboard.exhibits.tables import Row, Table
from dashboard.language import Dutch, mark, plural, published, tr
from dashboard.release.released import Released
from dashboard.render import figure
from dashboard.views import page
from dashboard.words import wording

TITLE = mark("Leveringen en kwaliteit")
QUESTION = mark("Op welke gegevens rusten deze cijfers, en hoe goed zijn die?")


# From this many suppliers on it pays to choose one.
_FEW = 3
# Taller than this many pixels a list of more rows than this scrolls in itself.
_TALL, _LONG = 560, 14
_NO_ROWS = mark(
    "Hoeveel rijen een levering telt, staat hier niet: naast de cijfers van een school kan dat een "
    "afgeschermd aantal verraden. De leverancier en de analist zien het in de terugkoppeling."
)
_NOTHING_KEPT = {
    "geweigerd": mark("Van een geweigerde levering is niets bewaard."),
    "ingetrokken": mark("Van een ingetrokken levering zijn alle rijen gewist."),
}


def render(released: Released) -> None:
    deliveries = released.table(
        "leveringen", "ontvangen_op DESC, dataset, leverancier, periode, levering"
    ).to_dicts()
    findings = released.table("bevindingen", "ernst, dataset, leverancier, regel").to_dicts()
    today = dt.datetime.now().astimezone().date()
    owing = owed.owed(deliveries, today)
    page.conclusion(_conclusions(deliveries, findings, owing))
    chosen = _supplier(deliveries)
    if chosen is not None:
        deliveries = [row for row in deliveries if row["leverancier"] == chosen]
        findings = [row for row in findings if row["leverancier"] == chosen]
        owing = [one for one in owing if one.supplier == chosen]
    figure.section(
        tr("Te laat en verwacht"),
        tr("Wat volgens de leveringskalender nog niet is geleverd, en sinds wanneer."),
    )
    _owing(released, owing, today)
    figure.section(tr("Per leverancier"), tr("Wat er mis is, hoeveel, en wat de volgende stap is."))
    _suppliers(released, deliveries, findings, owing)
    figure.section(tr("Ontvangen leveringen"))
    _deliveries(released, deliveries)
    figure.section(
        tr("Bevindingen"),
        tr(
            "Rijen met een fout doen niet mee in de cijfers; rijen met een waarschuwing wel. De "
            "leverancier krijgt alle rijen terug in een werkmap. Wat is aanvaard, is bekend en "
            "afgesproken: een aanvaarde fout doet nog steeds niet mee."
        ),
    )
    _findings(released, findings)
    figure.section(
        tr("Bescherming"),
        tr(
            "Cijfers over minder dan {drempel} kinderen worden afgeschermd (minder dan {zwaar} bij "
            "gevoelige onderwerpen, kosten en gemiddelden). Aantallen zijn afgerond op "
            "{afronding}. Oordeel over deze publicatie: {oordeel}.",
            drempel=released.about.drempel,
            zwaar=released.about.drempel_zwaar,
            afronding=released.about.afronding,
            oordeel=published(released.about.oordeel),
        ),
    )
    _protection(released)
    _much_hidden(released)


def _supplier(deliveries: Sequence[Mapping[str, Any]]) -> str | None:
    """The supplier the reader wants to see; None for all."""
    names = sorted({str(row["leverancier"]) for row in deliveries}, key=str.casefold)
    if len(names) < _FEW:
        return None
    chosen: str | None = st.selectbox(
        tr("Leverancier"), names, index=None, placeholder=tr("Alle leveranciers"),
        key="leverancier", bind="query-params", width=420,
    )  # fmt: skip
    return chosen


def _owing(released: Released, owing: Sequence[Owed], today: dt.date) -> None:
    if not owing:
        figure.explain(tr("Te laat en verwacht"), tr("Alles wat is afgesproken, is geleverd."))
        return
    account = facts.of_administration(
        released,
        tr(
            "Elk schooljaar dat een leverancier nog niet leverde, sinds het eerste dat hij leverde."
        ),
        tr("Verwachte leveringen"),
    )
    note = tr(
        "De dagen staan in de leveringskalender. Wat na deze publicatie is geleverd, telt hier nog "
        "niet mee."
    )
    figure.show(
        Exhibit(
            title=tr("Nog niet geleverd, wat te laat is eerst"),
            account=account,
            table=asked.calendar(owing, today),
            note=note,
        ),
        key="te_laat",
        tall=_TALL if len(owing) > _LONG else 0,
    )


def _suppliers(
    released: Released,
    deliveries: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    owing: Sequence[Owed],
) -> None:
    open_ones = [row for row in findings if not _accepted(row)]
    table = asked.suppliers(deliveries, open_ones, owing)
    if not table.rows:
        figure.explain(tr("Per leverancier"), tr("Van geen leverancier wordt nu iets gevraagd."))
        return
    account = facts.of_administration(
        released,
        tr(
            "Per leverancier: te late leveringen, en soorten fouten en waarschuwingen die nog "
            "openstaan."
        ),
        tr("Te late leveringen en gebroken regels"),
    )
    figure.show(
        Exhibit(
            title=tr("Wat van elke leverancier wordt gevraagd"),
            account=account,
            table=table,
        ),
        key="per_leverancier",
        tall=_TALL if len(table.rows) > _LONG else 0,
    )


def _conclusions(
    deliveries: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    owing: Sequence[Owed],
) -> list[str]:
    if not deliveries:
        return [tr("Er zijn nog geen leveringen verwerkt.")]
    loaded = [row for row in deliveries if row["status"] == "geladen"]
    refused = [row for row in deliveries if row["status"] == "geweigerd"]
    suppliers = len({row["leverancier"] for row in loaded})
    told = asked.late(owing)
    told += [
        tr(
            "Deze cijfers rusten op **{leveringen}** van {leveranciers}.",
            leveringen=wording.count_of(len(loaded), "levering", "leveringen"),
            leveranciers=wording.count_of(suppliers, "leverancier", "leveranciers"),
        )
    ]
    if loaded:
        settled = sum(bool(_accepted(row)) for row in findings)
        told.append(
            plural(
                "Er is {n} soort bevinding teruggemeld{aanvaard}.",
                "Er zijn {n} soorten bevindingen teruggemeld{aanvaard}.",
                len(findings),
                n=wording.number(len(findings)),
                aanvaard=tr(", waarvan {n} aanvaard", n=settled) if settled else "",
            )
        )
    if refused:
        told.append(
            plural(
                "{n} levering is in het geheel geweigerd.",
                "{n} leveringen zijn in het geheel geweigerd.",
                len(refused),
                n=wording.number(len(refused)),
            )
        )
    return told


def _deliveries(released: Released, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        figure.explain(tr("Leveringen"), tr("Er zijn nog geen leveringen."))
        return
    notes = [
        tr(note)
        for status, note in _NOTHING_KEPT.items()
        if any(row["status"] == status for row in rows)
    ]
    wordy = any(row["bericht"] for row in rows)
    body = tuple(
        Row(
            (
                tables.file(row["bestand"]),
                tables.text(owed.dataset_name(str(row["dataset"]))),
                tables.text(row["leverancier"]),
                tables.kept(row["periode"]),
                tables.kept(wording.short_date(row["ontvangen_op"])),
                _outcome(row, wordy=wordy),
            )
        )
        for row in rows
    )
    figure.show(
        Exhibit(
            title=tr("Leveringen, nieuwste eerst"),
            account=facts.of_administration(
                released,
                tr("Elk ontvangen bestand, met de uitkomst van de controle."),
                tr("Leveringen"),
            ),
            table=Table(
                tr("Ontvangen leveringen"),
                (
                    tr("Bestand"),
                    tr("Gegevensset"),
                    tr("Leverancier"),
                    tr("Periode"),
                    tr("Ontvangen"),
                    tr("Uitkomst"),
                ),
                body,
            ),
            note=" ".join((*notes, tr(_NO_ROWS))),
        ),
        key="leveringen",
        tall=_TALL if len(rows) > _LONG else 0,
    )


def _findings(released: Released, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        figure.explain(tr("Bevindingen"), tr("Bij deze leveringen zijn geen bevindingen gedaan."))
        return
    body = tuple(
        Row(
            (
                tables.text(_state(row)),
                tables.text(row["leverancier"]),
                tables.text(owed.dataset_name(str(row["dataset"]))),
                tables.text(owed.column_names(str(row["dataset"]), str(row["kolommen"]))),
                tables.text(Dutch(row["bericht"])),
                tables.text(Dutch(row["herstel"])),
            )
        )
        for row in rows
    )
    figure.show(
        Exhibit(
            title=tr("Wat er mis was en wat eraan te doen is"),
            account=facts.of_administration(
                released,
                tr("Elke regel die door rijen van een levering werd gebroken."),
                tr("Gebroken regels per levering"),
            ),
            table=Table(
                tr("Bevindingen per regel"),
                (
                    tr("Ernst"),
                    tr("Leverancier"),
                    tr("Gegevensset"),
                    tr("Kolommen"),
                    tr("Wat er mis is"),
                    tr("Wat te doen"),
                ),
                body,
            ),
        ),
        key="bevindingen",
        tall=_TALL if len(rows) > _LONG else 0,
    )


def _protection(released: Released) -> None:
    rows = released.query(
        "SELECT metriek, sum(cellen)::BIGINT AS cellen, sum(zichtbaar)::BIGINT AS zichtbaar, "
        "sum(afgeschermd)::BIGINT AS afgeschermd FROM bescherming GROUP BY metriek ORDER BY metriek"
    ).to_dicts()
    if not rows:
        figure.explain(
            tr("Bescherming"), tr("De publicatie bevat geen verslag van de bescherming.")
        )
        return
    body = tuple(
        Row(
            (
                tables.text(_label(released, row["metriek"])),
                *(
                    tables.figure(wording.number(row[name] or 0))
                    for name in ("cellen", "zichtbaar", "afgeschermd")
                ),
                tables.figure(_share(row)),
            )
        )
        for row in rows
    )
    figure.show(
        Exhibit(
            title=tr("Cellen per maat: zichtbaar en afgeschermd"),
            account=facts.of_administration(
                released,
                tr(
                    "Het aantal cellen van de publicatie per maat, en hoeveel daarvan zichtbaar "
                    "zijn."
                ),
                tr("Cellen van de publicatie"),
            ),
            table=Table(
                tr("Bescherming per maat"),
                (
                    tr("Maat"),
                    tr("Cellen"),
                    tr("Zichtbaar"),
                    tr("Afgeschermd"),
                    tr("Aandeel zichtbaar"),
                ),
                body,
                frozenset(range(1, 5)),
            ),
            note=tr(
                "Afgeschermd beschermt een klein aantal: dat van de cel zelf, of een ander. Wat te "
                "klein is voor een verhouding of niet van toepassing, telt bij geen van beide."
            ),
        ),
        key="bescherming",
    )


def _much_hidden(released: Released) -> None:
    """Tables of which a fifth or more does not show: better a level higher, or folded."""
    rows = released.query(
        "SELECT metriek, uitsplitsing, niveau, cellen, zichtbaar, afgeschermd FROM bescherming "
        "WHERE 5 * afgeschermd >= cellen AND afgeschermd > 0 "
        "ORDER BY metriek, uitsplitsing, niveau"
    ).to_dicts()
    if not rows:
        return
    body = tuple(
        Row(
            (
                tables.text(_label(released, row["metriek"])),
                tables.text(wording.cut(row["uitsplitsing"]) if row["uitsplitsing"] else ""),
                tables.text(wording.level(row["niveau"])),
                tables.figure(wording.number(row["cellen"])),
                tables.figure(_share(row)),
            )
        )
        for row in rows
    )
    figure.show(
        Exhibit(
            title=tr("Tabellen waarvan een vijfde of meer is afgeschermd"),
            account=facts.of_administration(
                released,
                tr("De tabellen waarin ten minste een op de vijf cellen is afgeschermd."),
                tr("Cellen van de publicatie"),
            ),
            table=Table(
                tr("Tabellen met veel afgeschermde cellen"),
                (
                    tr("Maat"),
                    tr("Uitsplitsing"),
                    tr("Niveau"),
                    tr("Cellen"),
                    tr("Aandeel zichtbaar"),
                ),
                body,
                frozenset({3, 4}),
            ),
            note=tr(
                "Zulke tabellen zeggen weinig. Overweeg ze een niveau hoger te tonen, of "
                "voeg categorieën samen."
            ),
        ),
        key="veel-afgeschermd",
    )


def _accepted(row: Mapping[str, Any]) -> str:
    """Until when a finding is accepted; releases of before that was told do not say."""
    return wording.accepted(row.get("aanvaard_tot"), dt.datetime.now().astimezone().date())


def _state(row: Mapping[str, Any]) -> str:
    """Severity, and that it was accepted where that holds today."""
    severity, accepted = wording.severity(row["ernst"]), _accepted(row)
    return f"{severity}, {accepted}" if accepted else severity


def _outcome(row: Mapping[str, Any], *, wordy: bool) -> tables.Cell:
    """Status, and the message where there is one."""
    told, message = wording.delivery_status(row["status"]), Dutch(row["bericht"] or "")
    if not message or message.startswith(told):
        return tables.Cell(message or told, look="zin" if wordy else "")
    return tables.Cell(told, below=message, look="zin")


def _label(released: Released, metric: str) -> str:
    found = released.metrics.get(metric)
    return wording.label(found) if found is not None else metric


def _share(row: Mapping[str, Any]) -> str:
    if not row["cellen"]:
        return ""
    return f"{wording.number(100 * (row['zichtbaar'] or 0) / row['cellen'])}%"
