"""Referrals: from the meeting to where the pupil goes, and how soon help begins."""

from __future__ import annotations

from dashboard.charts import streams as charts_flow
from dashboard.exhibits import apart, facts, figures, tables, terms
from dashboard.exhibits import apart_words as words
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions, wording
from dashboard.words.selection import Selection

TITLE = mark("Verwijzingen")
QUESTION = mark(
    "Waar gaan leerlingen na het overleg naartoe, en komt de hulp daar op tijd op gang?"
)

# Between the two ends in the label of a crossed category.
_ARROW = " → "
# More streams than this cover each other in the chart.
_MOST_STREAMS = 28


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("vw_aantal", "vw_start_binnen_norm", "vw_terugkoppeling", "vw_verwijsgraad")
    found = apart.beside(released, ("vw_start_binnen_norm", "vw_terugkoppeling"), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Van overleg naar hulp"), tr("Komt de hulp na het overleg op tijd op gang?"))
    _flow(released, selection)
    figure.trend(released, "vw_start_binnen_norm", selection)
    beside.show(released, found, "vw_start_binnen_norm", selection)
    waited = terms.weeks("vw_start_weken")
    begun = terms.curve(
        released, waited, selection, tr("Verwijzingen met hulp die binnen zoveel weken begon"),
        tr("Hulp die nog niet of nooit begon, telt mee als niet begonnen."),
    )  # fmt: skip
    figure.show(begun, "vw_start_weken", wide=True)
    figure.breakdown(released, "vw_start_binnen_norm", "bestemming", selection)

    figure.section(
        tr("Verwijzen en terugkoppelen"), tr("Hoeveel, waarheen, en hoort de school ervan?")
    )
    figure.trend(released, "vw_aantal", selection)
    figure.breakdown(released, "vw_aantal", "bestemming", selection)
    figure.trend(released, "vw_verwijsgraad", selection)
    figure.trend(released, "vw_terugkoppeling", selection)
    beside.show(released, found, "vw_terugkoppeling", selection)
    figure.more(
        released, ("verwijzingen",),
        (
            "vw_stroom", "vw_start_binnen_norm", "vw_aantal", "vw_verwijsgraad",
            "vw_terugkoppeling", *waited,
        ),
        selection, "meer_verwijzing",
    )  # fmt: skip


def _flow(released: Released, selection: Selection) -> None:
    title = figures.titled(released, "vw_stroom")
    rows = released.by_category(
        "vw_stroom", "overleg_bestemming", selection.schooljaar, selection.niveau, selection.gebied
    ).to_dicts()
    metric = figure.found(released, "vw_stroom", title, rows, selection, "overleg_bestemming")
    if metric is None:
        return
    from_names, to_names = _ends_of_flow(released)
    at = {tuple(row["categorie"].split(">", 1)): row for row in rows if ">" in row["categorie"]}
    told = [key for key, row in at.items() if not (wording.visible(row) and row["waarde"] == 0)]
    starts = _ordered([key[0] for key in told], from_names)
    ends = _ordered([key[1] for key in told], to_names)
    streams = [
        (wording.category(from_names, start), wording.category(to_names, end), row["waarde"])
        for start in starts
        for end in ends
        if (row := at.get((start, end))) is not None and wording.visible(row) and row["waarde"] > 0
    ]
    if not streams:
        figure.explain(title, tr("Geen van de stromen kan worden getoond."))
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
    drawn = charts_flow.largest(streams, _MOST_STREAMS)
    widest = max(drawn, key=lambda stream: stream[2])
    chosen = (
        tr(
            "Getekend zijn de {n} grootste van de {totaal} zichtbare stromen; alle stromen staan "
            "in de tabel. ",
            n=len(drawn),
            totaal=len(streams),
        )
        if len(drawn) < len(streams)
        else ""
    )
    figure.show(
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, rows),
            table=Table(
                tr("Verwijzingen per overleg en bestemming, {jaar}", jaar=selection.schooljaar),
                (tr("Bestemming"), *used_from),
                body,
                frozenset(range(1, len(starts) + 1)),
            ),
            chart=charts_flow.flow(
                drawn,
                [name for name in used_from if any(s[0] == name for s in drawn)],
                [name for name in used_to if any(s[1] == name for s in drawn)],
            ),
            alt=tr(
                "Stroomdiagram: verwijzingen van overleg naar bestemming, {jaar}. De grootste "
                "stroom gaat van {overleg} naar {bestemming}: {aantal}.",
                jaar=selection.schooljaar,
                overleg=widest[0],
                bestemming=widest[1],
                aantal=wording.full(metric, widest[2]),
            ),
            note=chosen
            + tr(
                "Afgeschermde stromen zijn niet getekend; de breedte van een balk is dus geen "
                "totaal."
            ),
        ),
        key="vw_stroom",
        wide=True,
    )


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
