"""Process and result of school social work: how long it takes, and what it brings."""

from __future__ import annotations

from dashboard.charts import marks
from dashboard.exhibits import apart, facts, figures, tables, terms
from dashboard.exhibits import apart_words as words
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions, spoken, wording
from dashboard.words.selection import Selection

TITLE = mark("Proces en resultaat")
QUESTION = mark("Wordt een leerling op tijd geholpen, en helpt het?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = (
        "smw_wachttijd.mediaan", "smw_binnen_norm", "smw_doelrealisatie", "smw_volgens_plan",
        "smw_tevredenheid_leerling",
    )  # fmt: skip
    found = apart.beside(released, ("smw_binnen_norm", "smw_doelrealisatie"), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Proces"), tr("Hoe lang wachten leerlingen na aanmelding?"))
    _waiting(released, selection)
    waited, lasted = terms.weeks("smw_start_weken"), terms.months("smw_klaar_maanden")
    begun = terms.curve(
        released, waited, selection,
        tr("Aanmeldingen waarvan het traject binnen zoveel weken begon"),
        tr("Wie nog wacht of nooit begon, telt mee als niet begonnen."),
    )  # fmt: skip
    figure.show(begun, "smw_start_weken", wide=True)
    figure.trend(released, "smw_binnen_norm", selection)
    beside.show(released, found, "smw_binnen_norm", selection)
    closed = terms.curve(
        released, lasted, selection, tr("Trajecten die binnen zoveel maanden zijn afgesloten"),
        tr("Wat na die tijd nog loopt, telt mee als niet afgesloten."),
    )  # fmt: skip
    figure.show(closed, "smw_klaar_maanden", wide=True)
    figure.trend(released, "smw_smart", selection)
    figure.more(
        released, ("proces",),
        ("smw_wachttijd", "smw_binnen_norm", "smw_smart", *waited, *lasted), selection,
        "meer_proces",
    )  # fmt: skip

    figure.section(tr("Resultaat"), tr("Worden de doelen behaald, en blijft hulp daarna uit?"))
    figure.trend(released, "smw_doelrealisatie", selection)
    beside.show(released, found, "smw_doelrealisatie", selection)
    figure.breakdown(released, "smw_doelrealisatie", "rol", selection)
    figure.breakdown(released, "smw_afsluitreden", "afsluitreden", selection)
    figure.trend(
        released,
        "smw_tevredenheid_leerling",
        selection,
        note=tr("Wie een cijfer geeft, is niet toevallig: lees het samen met de respons."),
    )
    figure.trend(released, "smw_geen_nieuwe_start", selection)
    figure.more(
        released, ("resultaat",),
        (
            "smw_doelrealisatie", "smw_afsluitreden", "smw_tevredenheid_leerling",
            "smw_geen_nieuwe_start",
        ),
        selection, "meer_resultaat",
    )  # fmt: skip


def _waiting(released: Released, selection: Selection) -> None:
    """Median and 90% point; where the area has none of its own, per gemeente in the chosen year.

    A median is published on one level only, since medians of overlapping groups give each other
    away.
    """
    title = figures.titled(released, "smw_wachttijd")
    middle = released.over_years(
        "smw_wachttijd", selection.niveau, selection.gebied, "", "mediaan"
    ).to_dicts()
    far = released.over_years(
        "smw_wachttijd", selection.niveau, selection.gebied, "", "p90"
    ).to_dicts()
    head, by = tr("Schooljaar"), "schooljaar"
    if not middle and selection.niveau == "totaal":
        middle, far = (
            released.by_area("smw_wachttijd", selection.schooljaar, "gemeente", maat).to_dicts()
            for maat in ("mediaan", "p90")
        )
        head, by = tr("Gemeente"), "label"
        title = f"{title} {wording.per_level('gemeente')}, {selection.schooljaar}"
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
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, [*middle, *far], now),
            table=Table(
                tr("Wachttijd in dagen"),
                (head, tr("Mediaan"), tr("95%-interval"), tr("90%-punt"), "n"),
                body,
                frozenset(range(1, 5)),
            ),
            chart=marks.spans(metric, pairs),
            alt=tr(
                "Puntdiagram: mediaan en 90%-punt van de wachttijd in dagen per {onderdeel}.",
                onderdeel=head.lower(),
            )
            + " "
            + spoken.each(
                (
                    name,
                    tr(
                        "mediaan {mediaan}, 90%-punt {p90}",
                        mediaan=wording.bare(metric, first["waarde"]),
                        p90=wording.bare(metric, last["waarde"]),
                    ),
                )
                for name, first, last in pairs
                if wording.visible(first) and wording.visible(last)
            ),
            note=tr(
                "De helft van de trajecten start binnen de mediaan, negen van de tien binnen het "
                "90%-punt."
            ),
        ),
        key="smw_wachttijd",
    )
