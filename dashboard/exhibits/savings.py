"""The balance of Zorg In School as exhibits: from gross to net, and along every estimate."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts import marks
from dashboard.charts.steps import waterfall as drawn_steps
from dashboard.exhibits import balance_words, balances, facts
from dashboard.exhibits.balances import TOTAL, Balances
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Table
from dashboard.language import tr
from dashboard.release.released import Released
from dashboard.words import sentences, spoken, wording


def waterfall(released: Released, found: Balances, year: str, route: str) -> Exhibit:
    """From gross to net in a school year, or over all of them (`balances.TOTAL`), by one route."""
    steps = balance_words.steps_of(found, year, route)
    title = tr("Van bruto naar netto, {periode}", periode=balances.year_name(year).lower())
    if year == TOTAL:
        title = tr("{titel}, contant gemaakt", titel=title)
    told = next(sentences.apart(found.sentence(route)), "") if year == TOTAL else ""
    notes = (
        tr("Gerekend: {schatting}.", schatting=balance_words.route_told(route)),
        balance_words.care_told(found, year, route).strip(),
        tr("De streep bij bruto en netto is het 95%-interval."),
    )
    return Exhibit(
        title=title,
        account=facts.of_balance(
            released,
            tr(
                "Minder jeugdhulp en vermeden papierwerk, min de kosten van het programma per "
                "betaler."
            ),
            tr(
                "(Volume zonder min werkelijk volume) maal tarief op één prijspeil, plus "
                "vermeden uren maal uurtarief, min de programmakosten"
            ),
        ),
        table=balance_words.step_table(title, steps),
        chart=drawn_steps(steps),
        alt=tr("Waterval van bruto besparing naar netto.")
        + " "
        + spoken.each((step.label, wording.euro_estimate(step.amount.value)) for step in steps),
        message=told.replace("**", "").removesuffix("."),
        note=" ".join(filter(None, notes)),
    )


def routes(released: Released, found: Balances) -> Exhibit:
    """The net over all years along each route: what is not known stays in sight."""
    title = tr("Netto over alle schooljaren samen, contant gemaakt")
    drawn = balances.estimates(found)
    low, high = balances.spread([found.at(TOTAL, route, "netto") for route in found.routes])
    heads = (tr("Uitkomst"), *(balance_words.route_name(found, route) for route in found.routes))
    return Exhibit(
        title=title,
        account=facts.of_balance(
            released,
            tr(
                "Bruto besparing min programmakosten, over alle schooljaren opgeteld en "
                "contant gemaakt, langs drie schattingen van wat er zonder Zorg In School was "
                "gebeurd."
            ),
            tr("Bruto besparing min programmakosten, contant gemaakt"),
        ),
        table=Table(
            title, heads, balance_words.route_rows(found), frozenset(range(1, len(heads)))
        ),
        chart=marks.estimates(
            drawn, tr("euro netto; rechts van nul is een besparing"), euros=True
        )
        if drawn
        else None,
        alt=estimates_told(title, drawn),
        message=tr(
            "De schattingen van het netto lopen uiteen van {laag} tot {hoog}",
            laag=wording.euro_estimate(low), hoog=wording.euro_estimate(high),
        ),
        note=tr(balance_words.THREATS),
    )  # fmt: skip


def estimates_told(title: str, drawn: Sequence[marks.Estimate]) -> str:
    """Estimates in words, for who cannot see them."""
    told = tr("{titel} volgens {n} schattingen, met 95%-interval.", titel=title, n=len(drawn))
    return f"{told} {spoken.each((item.label, item.text) for item in drawn)}"
