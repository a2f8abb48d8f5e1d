"""Yearly evaluation of school social work: reach, process, result, and the way on."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, conclusions, facts, figure, filters, page, tables, wording
from dashboard.filters import Selection
from dashboard.released import Released
from dashboard.tables import Row, Table

TITLE = "Schoolmaatschappelijk werk"
QUESTION = "Bereikt het schoolmaatschappelijk werk de leerlingen op tijd, en helpt het?"

_CONCLUSIONS = (
    ("smw_bereik", ""),
    ("smw_wachttijd", "mediaan"),
    ("smw_binnen_norm", ""),
    ("smw_doelrealisatie", ""),
    ("vw_start_binnen_norm", ""),
)
# Between the two ends in the label of a crossed category.
_ARROW = " → "
_CUTS = ("rol", "inzetsoort", "werkvorm")
# More streams than this cover each other in the chart.
_MOST_STREAMS = 28


def render(released: Released) -> None:
    selection = filters.bar(released)
    steps = [
        figure.year_cells(released, metric, selection, measure) for metric, measure in _CONCLUSIONS
    ]
    page.conclusion(
        [conclusions.sentence(step) for step in steps if step is not None],
        f"In {selection.schooljaar}, {selection.where}:",
    )

    figure.section("Bereik en instroom", "Hoeveel leerlingen worden geholpen, en waarvoor?")
    figure.trend(released, "smw_bereik", selection, "Bereik per 100 leerlingen")
    figure.trend(released, "smw_leerlingen", selection, "Bereikte leerlingen")
    _trajectories(released, selection)
    figure.breakdown(
        released, "smw_problematiek", "as", selection, "Hulpvragen naar domein",
        note="De domeinen volgen de assen van CAP-J, aangevuld met veiligheid, verzuim en "
        "materieel.",
    )  # fmt: skip
    figure.breakdown(
        released, "smw_problematiek", "problematiek", selection, "Hulpvragen in detail"
    )
    if selection.niveau in {"totaal", "gemeente", "vestiging"}:
        figure.funnel(
            released, "smw_bereik", selection, "Scholen vergeleken: bereik en grootte",
            note="Op scholen voor speciaal onderwijs is de inzet groter en zijn er minder "
            "leerlingen; vergelijk scholen van dezelfde soort.",
        )  # fmt: skip

    figure.more(
        released, ("bereik",),
        ("smw_bereik", "smw_leerlingen", "smw_trajecten", "smw_problematiek"), selection,
        "meer_bereik",
    )  # fmt: skip

    figure.section("Proces", "Hoe lang wachten leerlingen na aanmelding?")
    _waiting(released, selection)
    figure.trend(released, "smw_binnen_norm", selection, "Gestart binnen de norm")
    figure.more(
        released, ("proces",), ("smw_wachttijd", "smw_binnen_norm"), selection, "meer_proces"
    )

    figure.section("Resultaat", "Worden de doelen behaald?")
    figure.trend(released, "smw_doelrealisatie", selection, "Doelen behaald")
    figure.breakdown(released, "smw_doelrealisatie", "rol", selection, "Doelen behaald naar rol")
    figure.more(released, ("resultaat",), ("smw_doelrealisatie",), selection, "meer_resultaat")

    figure.section("Verwijzing en toeleiding", "Komt de hulp na het overleg op tijd op gang?")
    figure.trend(released, "vw_start_binnen_norm", selection, "Hulp gestart binnen twee weken")
    figure.breakdown(
        released, "vw_start_binnen_norm", "bestemming", selection,
        "Hulp gestart binnen twee weken, naar bestemming",
    )  # fmt: skip
    _flow(released, selection)
    figure.more(
        released, ("verwijzingen",), ("vw_start_binnen_norm", "vw_stroom"), selection,
        "meer_verwijzing",
    )  # fmt: skip

    figure.section(
        "Inzet en samenwerking", "Welke inzet is er, en hoe beoordelen partijen de samenwerking?"
    )
    figure.more(
        released, ("inzet", "samenwerking", "doorgaande_lijnen"), (), selection, "meer_inzet"
    )


def _trajectories(released: Released, selection: Selection) -> None:
    cuts = [cut for cut in _CUTS if cut in released.cuts("smw_trajecten")]
    present = [cut for cut in cuts if selection.niveau in released.levels_of("smw_trajecten", cut)]
    if not present:
        note = ""
        if cuts:
            near = wording.nearest(selection.niveau, released.levels_of("smw_trajecten", cuts[0]))
            names = ", ".join(wording.cut(cut).lower() for cut in cuts)
            note = (
                f"Uitsplitsing naar {names}: {wording.per_level(selection.niveau)} niet in het "
                f"publicatieplan, wel {wording.per_level(near)}."
            )
        figure.trend(released, "smw_trajecten", selection, "Gestarte trajecten", note)
        return
    cut = st.segmented_control(
        "Gestarte trajecten uitsplitsen naar", present, default=present[0],
        format_func=wording.cut, key="uitsplitsing", bind="query-params", required=True,
    )  # fmt: skip
    figure.by_category_over_years(
        released, "smw_trajecten", cut or present[0], selection,
        f"Gestarte trajecten naar {wording.cut(cut or present[0]).lower()}",
    )  # fmt: skip


def _waiting(released: Released, selection: Selection) -> None:
    """Median and 90% point; where the area has none of its own, per gemeente in the chosen year.

    A median is published on one level only, since medians of overlapping groups give each other
    away.
    """
    title = "Wachttijd tot start"
    middle = released.over_years(
        "smw_wachttijd", selection.niveau, selection.gebied, "", "mediaan"
    ).to_dicts()
    far = released.over_years(
        "smw_wachttijd", selection.niveau, selection.gebied, "", "p90"
    ).to_dicts()
    head, by = "Schooljaar", "schooljaar"
    if not middle and selection.niveau == "totaal":
        middle, far = (
            released.by_area("smw_wachttijd", selection.schooljaar, "gemeente", maat).to_dicts()
            for maat in ("mediaan", "p90")
        )
        head, by = "Gemeente", "label"
        title = f"Wachttijd tot start per gemeente, {selection.schooljaar}"
    metric = figure.found(released, "smw_wachttijd", title, [*middle, *far], selection)
    if metric is None:
        return
    far_at = {row[by]: row for row in far}
    pairs = [(str(row[by]), row, far_at[row[by]]) for row in middle if row[by] in far_at]
    now = next((row for row in middle if row[by] == selection.schooljaar), None)
    body = tuple(
        Row(
            (
                tables.text(name),
                tables.valued(metric, first),
                tables.spread(metric, first),
                tables.valued(metric, last),
                tables.part(first, "n"),
            ),
            now=name == selection.schooljaar,
        )
        for name, first, last in pairs
    )
    figure.show(
        figure.Figure(
            key="smw_wachttijd",
            title=title,
            facts=facts.of_metric(released, metric, [*middle, *far], now),
            table=Table(
                "Wachttijd in dagen", (head, "Mediaan", "95%-interval", "90%-punt", "n"), body,
                frozenset(range(1, 5)),
            ),
            chart=charts.spans(metric, pairs),
            alt=f"Puntdiagram: mediaan en 90%-punt van de wachttijd in dagen per {head.lower()}.",
            note="De helft van de trajecten start binnen de mediaan, negen van de tien binnen "
            "het 90%-punt.",
        )
    )  # fmt: skip


def _flow(released: Released, selection: Selection) -> None:
    title = "Van overleg naar bestemming"
    rows = released.by_category(
        "vw_stroom", "overleg_bestemming", selection.schooljaar, selection.niveau, selection.gebied
    ).to_dicts()
    metric = figure.found(released, "vw_stroom", title, rows, selection, "overleg_bestemming")
    if metric is None:
        return
    from_names, to_names = _ends_of_flow(released)
    at = {tuple(row["categorie"].split(">", 1)): row for row in rows if ">" in row["categorie"]}
    told = [key for key, row in at.items() if not (charts.visible(row) and row["waarde"] == 0)]
    starts = _ordered([key[0] for key in told], from_names)
    ends = _ordered([key[1] for key in told], to_names)
    streams = [
        (wording.category(from_names, start), wording.category(to_names, end), row["waarde"])
        for start in starts
        for end in ends
        if (row := at.get((start, end))) is not None and charts.visible(row) and row["waarde"] > 0
    ]
    if not streams:
        figure.explain(title, "Geen van de stromen kan worden getoond.")
        return
    body = tuple(
        Row(
            (
                tables.text(wording.category(to_names, end)),
                *(
                    tables.valued(metric, at[start, end])
                    if (start, end) in at
                    else tables.figure("")
                    for start in starts
                ),
            )
        )
        for end in ends
    )
    used_from = [wording.category(from_names, code) for code in starts]
    used_to = [wording.category(to_names, code) for code in ends]
    drawn = charts.largest(streams, _MOST_STREAMS)
    chosen = (
        f"Getekend zijn de {len(drawn)} grootste van de {len(streams)} zichtbare stromen; alle "
        "stromen staan in de tabel. "
        if len(drawn) < len(streams)
        else ""
    )
    figure.show(
        figure.Figure(
            key="vw_stroom",
            title=title,
            facts=facts.of_metric(released, metric, rows),
            table=Table(
                f"Verwijzingen per overleg en bestemming, {selection.schooljaar}",
                ("Bestemming", *used_from), body, frozenset(range(1, len(starts) + 1)),
            ),
            chart=charts.flow(
                drawn,
                [name for name in used_from if any(s[0] == name for s in drawn)],
                [name for name in used_to if any(s[1] == name for s in drawn)],
            ),
            alt=f"Stroomdiagram: verwijzingen van overleg naar bestemming, {selection.schooljaar}.",
            note=f"{chosen}Afgeschermde stromen zijn niet getekend; de breedte van een balk is dus "
            "geen totaal.",
            wide=True,
        )
    )  # fmt: skip


def _ends_of_flow(released: Released) -> tuple[dict[str, str], dict[str, str]]:
    """Labels of both ends, in their published order, from the labels of the crossed categories."""
    starts, ends = released.categories("overleg"), released.categories("bestemming")
    for code, label in released.categories("overleg_bestemming").items():
        if ">" in code and _ARROW in label:
            start, end = code.split(">", 1)
            first, last = label.split(_ARROW, 1)
            starts.setdefault(start, first)
            ends.setdefault(end, last)
    return starts, ends


def _ordered(codes: list[str], names: dict[str, str]) -> list[str]:
    """Codes in the published order of the breakdown, unknown ones after it by code."""
    present = set(codes)
    return [code for code in names if code in present] + sorted(present - set(names))
