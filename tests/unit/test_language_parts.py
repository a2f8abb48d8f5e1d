"""What charts, tables, accounts and files say in English, part by part; Dutch stays as it was."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dashboard import language
from dashboard.access import log
from dashboard.access.visitor import NoAccess, Why
from dashboard.charts import areas as charts_map
from dashboard.charts import funnels, limits, marks, scale, streams
from dashboard.charts import steps as charts_zis
from dashboard.charts.funnels import Group
from dashboard.charts.steps import Amount, Step
from dashboard.exhibits import (
    balance_words,
    balances,
    comparing_chart,
    facts,
    promises,
    scenarios,
    tables,
)
from dashboard.exhibits.balances import TOTAL
from dashboard.exhibits.comparing import Pair
from dashboard.exhibits.comparison import Compared
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.scenarios import Basis, ScenarioUnreadable
from dashboard.release import boundaries, released
from dashboard.release.boundaries import BoundariesRefused, Shape
from dashboard.release.released import Metric, Released
from dashboard.render import exports, markup
from dashboard.render.exports import Export
from dashboard.views import closed
from dashboard.words import spoken, wording
from pipelines.docs.messages import said_in
from pipelines.effects.catalogue import EFFECTS
from tests.browser.fixture_release import build
from tests.drawings import said

SHARE = Metric(
    id="proef", thema="C", label_nl="Doelen behaald", definitie="Aandeel behaalde doelen.",
    eenheid="procent", soort="aandeel", teller="trajecten gestart binnen de norm",
    noemer="leerlingen", richting="hoger", norm=70.0, norm_eenheid="%", norm_bron="afspraak",
    datasets="smw", systeem="1", versie="1", geldig_vanaf=None,
    label_en="Goals met", definitie_en="Share of goals that were met.",
)  # fmt: skip
COUNT = replace(SHARE, soort="stroom", eenheid="leerlingen", norm=None)
MONEY = replace(SHARE, soort="bedrag", eenheid="euro", norm=None)
# Words that are in no English sentence.
DUTCH = re.compile(
    r"\b(het|een|van|voor|niet|zijn|naar|tot|geen|waarden?|afgeschermd|leerlingen|scholen|"
    r"belofte|hoogst|laagst|bron|noemer|teller|gunstiger|rekensom|jeugdhulp|mln)\b",
    re.IGNORECASE,
)


@pytest.fixture
def english() -> Iterator[None]:
    with language.speaking(language.ENGLISH):
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("werkmap")
    build(folder)
    return folder


@pytest.fixture
def release(home: Path, monkeypatch: pytest.MonkeyPatch) -> Released:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    found = released.current()
    assert found is not None
    return found


def cell(value: float | None, year: str = "2023/2024", **more: Any) -> dict[str, Any]:
    return {
        "waarde": value, "onder": None, "boven": None, "teller": None, "noemer": None, "n": None,
        "status": wording.VISIBLE if value is not None else wording.HIDDEN, "reden": "",
        "schooljaar": year, "gebied": "a", "label": "North",
    } | more  # fmt: skip


def no_dutch(text: str) -> bool:
    """Nothing Dutch is left, but for what says that it is."""
    rest = re.sub(r'<span lang="nl">.*?</span>', "", text)
    found = DUTCH.search(re.sub(r"<[^>]+>", " ", unescape(rest)))
    assert found is None, rest[max(0, found.start() - 60) : found.end() + 60]
    return True


@pytest.mark.usefixtures("english")
def test_charts_are_in_english() -> None:
    rows = [cell(1234.5, onder=1200.0, boven=1300.0, n=1250.0), cell(None, "2024/2025")]
    years = [row["schooljaar"] for row in rows]
    trend = said(marks.trend(COUNT, rows, years[0]))
    assert "95% interval" not in trend  # a count has been counted
    assert "1,234" in trend
    share = said(marks.trend(SHARE, [cell(64.0, onder=61.0, boven=67.0)], years[0]))
    assert "95% interval" in share
    assert no_dutch(trend)
    lines = said(marks.lines(COUNT, [marks.Line("North", rows)], years, start=1))
    assert no_dutch(lines)
    spans = said(marks.spans(COUNT, [("2023/2024", cell(1200.0), cell(2400.0))]))
    assert "median" in spans
    assert "90% point" in spans
    assert no_dutch(spans)
    money = said(marks.bars(MONEY, [cell(14_800_000.0), cell(61_000.0)], ["a", "b"]))
    assert "€14.8m" in money
    assert "€61,000" in money
    assert scale.amounts(0, 20_000, 2) == ((0, "€0"), (20_000, "€20,000"))
    units = [
        cell(20.0 + n, teller=2.0 * n * (20 + n), noemer=200.0 * n, gebied=f"u{n}", n=200.0 * n)
        for n in range(1, 9)
    ]
    group = funnels.group(SHARE, "basis", units, 0.22, 5)
    funnel = said(limits.funnel(SHARE, group))
    assert "overall 22%" in funnel
    assert re.search(r"99\.8% limit: \d+%–\d+%", funnel)
    assert "pupils" in funnel
    assert no_dutch(funnel)
    assert "a to b: 1,234" in said(streams.flow([("a", "b", 1234.0)], ["a"], ["b"]))


def test_charts_in_dutch_are_as_they_were() -> None:
    assert scale.values(0, 2000, 3) == ((0, "0"), (1000, "1.000"), (2000, "2.000"))
    assert scale.amounts(0, 20_000, 2) == ((0, "€ 0"), (20_000, "€ 20.000"))
    assert "a naar b: 1.234" in said(streams.flow([("a", "b", 1234.0)], ["a"], ["b"]))


@pytest.mark.usefixtures("english")
def test_maps_comparisons_and_savings_are_drawn_in_english() -> None:
    shapes = {"a": Shape("a", (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),))}
    shapes |= {code: replace(shapes["a"], code=code) for code in "bc"}
    rows = [cell(1200.0), cell(4800.0, gebied="c"), cell(None, gebied="b")]
    areas = said(charts_map.areas(COUNT, rows, shapes))
    assert "no figure" in areas
    assert re.search(r"\d,\d00 to \d,\d00", areas)
    assert no_dutch(areas)
    sides = cell(40.0, onder=35.0, boven=45.0, maat=""), cell(50.0, onder=45.0, boven=55.0)
    pair = Pair(SHARE, *sides, 5)
    assert "95% interval 35–45%" in said(comparing_chart.shares([pair], ("North", "South")))
    steps = [Step("Less help", Amount(1_250_000.0)), Step("Net", Amount(-61_000.0), total=True)]
    assert "€1.25m" in said(charts_zis.waterfall(steps))
    tornado = said(charts_zis.tornado([("Tariffs", -2e6, 3e6)], 1e6))
    assert "net over all school years together" in tornado
    assert "low €−2.00m" in tornado
    assert no_dutch(tornado)
    period = {"waarde": 1.2, "onder": 0.2, "boven": 2.2, "status": wording.VISIBLE, "volgorde": 0}
    study = charts_zis.event_study([period | {"periode": "0 tot 6 maanden"}], "difference")
    assert "0 to 6 months" in said(study)


@pytest.mark.parametrize(
    ("outside", "told"),
    [(0, "None of the 12 schools"), (1, "1 of the 12 schools"), (2, "2 of the 12 schools")],
)
def test_what_a_funnel_does_not_mean_is_said_in_english(outside: int, told: str) -> None:
    with language.speaking(language.ENGLISH):
        usual = cell(10.0, teller=40.0, noemer=400.0)
        far = cell(40.0, teller=160.0, noemer=400.0)
        units = (usual,) * (12 - outside) + (far,) * outside
        group = Group("basis", units, 0.1, 0.0, 100.0, 5)
        text = Compared(100, units, (group,), (usual,)).words
    assert text.startswith(told)
    assert text.endswith("This is not a ranking.")
    assert no_dutch(text)


@pytest.mark.usefixtures("english")
def test_a_chart_is_told_in_english() -> None:
    rows = [cell(1200.0), cell(None, "2024/2025"), cell(2400.0, "2025/2026")]
    told = spoken.trend(COUNT, rows)
    assert told == (
        "From 1,200 pupils in 2023/2024 to 2,400 pupils in 2025/2026. 1 value is protected."
    )
    assert spoken.trend(COUNT, rows[:1]) == "1,200 pupils in 2023/2024."
    assert spoken.bars(COUNT, rows, ["a", "b", "c"]).startswith("Highest: c (2,400 pupils).")
    assert spoken.lines(COUNT, [("North", rows[1:2])]) == "Latest values: North: no visible value."


@pytest.mark.usefixtures("english")
def test_the_account_of_a_figure_is_in_english(release: Released) -> None:
    metric = replace(SHARE, geldig_vanaf=None)
    rows = [cell(64.0, onder=61.0, boven=67.0, n=1250.0), cell(None), cell(None)]
    account = facts.of_metric(release, metric, rows, rows[0])
    told = dict(facts.terms(account))
    assert told["Definition"] == "Share of goals that were met."
    assert told["Numerator"] == "trajectories started within the norm"
    assert told["Denominator"] == "pupils"
    assert told["n"] == "1,250"
    assert told["Uncertainty"] == "95% interval"
    assert told["Norm"].endswith("(source: afspraak)")
    assert told["Small numbers"].startswith("2 values are protected.")
    assert "2 values protected" in facts.parts(account)
    assert f"release {release.about.id}" in facts.parts(account)
    assert not any("(source" in part for part in facts.parts(account))
    assert replace(account, definition="").missing == ("the definition", "the source")


@pytest.mark.usefixtures("english")
def test_every_kind_of_account_is_in_english(release: Released) -> None:
    effects = release.table("effecten", "id").to_dicts()
    saving = release.table("besparing", "product, schooljaar").to_dicts()
    for account in (
        facts.of_promises(release, effects, "n"),
        facts.of_saving(release, saving),
        facts.of_balance(release, "d", "n"),
        facts.of_administration(release, "d", "n"),
        facts.of_headlines(release, [], norms=True),
    ):
        bare = replace(account, sources=())
        told = [*facts.terms(bare), *bare.more]
        assert no_dutch(" ".join(f"{name}: {text}" for name, text in told))
    shown = next(row for row in effects if row["aannames"])
    account = facts.of_effect(release, shown)
    assert "Level of evidence" in dict(account.more)
    assert f'<span lang="nl">{shown["aannames"]}</span>' in markup.about(account)


@pytest.mark.usefixtures("english")
def test_tables_have_english_heads_and_numbers() -> None:
    rows = [cell(64.0, onder=61.0, boven=67.0, teller=1234.0, noemer=2345.0)]
    table = tables.of_cells(SHARE, rows, ["2023/2024"], "School year", "Goals met")
    assert table.heads == ("School year", "Value", "95% interval", "Numerator / denominator")
    assert "1,234 / 2,345" in markup.table(table)
    dutch = tables.text(language.Dutch("Er is iets."))
    assert markup.cell(dutch) == '<span lang="nl">Er is iets.</span>'


def test_a_table_in_dutch_needs_no_mark_of_its_language() -> None:
    assert markup.cell(tables.text(language.Dutch("Er is <iets>."))) == "Er is &lt;iets&gt;."


@pytest.mark.usefixtures("english")
def test_promises_are_in_english(release: Released) -> None:
    effects = release.table("effecten", "id, leidend DESC").to_dicts()
    first, *rest = promises.summary(effects)
    assert first == "The plan makes **5 promises**; for **3** there is an outcome."
    leads = [line.split("**")[1] for line in rest]
    assert leads == ["Shown", "Not shown", "Cannot be measured yet"]
    outcomes = promises.leading(effects)
    shown = [row for row in outcomes if promises.shown(row)]
    forest = promises.forest(shown, "Promises")
    assert forest.heads[0] == "Evidence"
    assert "There are fewer suspensions." in markup.table(forest)
    absent = promises.missing([row for row in outcomes if not promises.shown(row)])
    assert absent.heads[0] == "Term"
    assert {promises.verdict(row) for row in shown} <= {
        "No clear difference", "No clear change", "More favourable",
        "Calculation; above or below zero cannot be said",
    }  # fmt: skip
    assert no_dutch(" ".join(map(language.tr, promises.TERMS.values())))


@pytest.mark.usefixtures("english")
def test_sentences_are_said_in_english_together_or_not_at_all() -> None:
    threats = " ".join(EFFECTS[0].threats)
    said = promises.told(threats)
    assert not isinstance(said, language.Dutch)
    assert no_dutch(said)
    assert isinstance(promises.told(f"{threats} Dit staat nergens."), language.Dutch)
    assert promises.told(None) == ""


@pytest.mark.usefixtures("english")
def test_savings_are_in_english(release: Released) -> None:
    found = balances.read(release)
    published, *made = balance_words.conclusions(found)
    assert isinstance(published, language.Dutch)
    made = [told for told in made if not isinstance(told, language.Dutch)]
    assert made[0].startswith("The three estimates of the net amount lie between **−€")
    assert no_dutch(" ".join(made))
    steps = balance_words.steps_of(found, TOTAL, found.leading)
    assert [steps[0].label, steps[-1].label] == ["Less help", "Net saving"]
    table = balance_words.step_table("From gross to net", steps)
    assert table.heads == ("Step", "Amount", "95% interval")
    assert no_dutch(markup.table(table))
    rows = markup.table(tables.Table("Routes", ("Outcome",), balance_words.route_rows(found)))
    assert "Chance" in rows
    assert re.search(r"€\d\.\d\d <span class=\"zl-range\">\(", rows)
    assert no_dutch(rows)
    names = [balance_words.route_name(found, route) for route in found.routes]
    assert names[0].endswith("(leading)")
    assert no_dutch(" ".join(map(balance_words.route_told, found.routes)))
    assert balances.year_name(TOTAL) == "All school years together"
    assert " to €" in balances.interval(Amount(1.0, 144_000.0, 344_000.0))
    drivers = tuple(map(balance_words.driver_row, balances.drivers(release)))
    assert "172,000 euros" in markup.table(tables.Table("Drivers", ("Label",), drivers))


@pytest.mark.usefixtures("english")
def test_scenarios_are_in_english_and_files_say_what_is_wrong(release: Released) -> None:
    base = scenarios.basis(release)
    assert base is not None
    sliders = {slider.name: slider for slider in base.sliders}
    cost = sliders["programmakosten_per_jaar"]
    assert (
        cost.label
        == "Costs of Zorg In School per school year, all locations of the pilot together (euros)"
    )
    assert cost.help.startswith("Calculated with 172,000. Plausible: 150,000 to 200,000. Source:")
    assert sliders[scenarios.TARIFFS].label == "Tariffs (per cent of the release)"
    assert _refused(b"geen json", base).startswith("This is not a scenario file.")
    beyond = scenarios.written("r", base.leading, base.usual | {cost.name: 1e9})
    assert _refused(beyond, base) == (
        f"In this scenario “{cost.label}” lies outside the range of 0 to 400,000."
    )


def _refused(body: bytes, base: Basis) -> str:
    with pytest.raises(ScenarioUnreadable) as refused:
        scenarios.read(body, base)
    return str(refused.value)


def test_a_slider_speaks_the_language_of_each_reader(release: Released) -> None:
    """Nothing of one reader is kept for the next."""
    labels = []
    for spoken_in in (language.DUTCH, language.ENGLISH, language.DUTCH):
        with language.speaking(spoken_in):
            base = scenarios.basis(release)
            assert base is not None
            labels.append(base.sliders[-1].label)
    assert labels[0] == labels[2] == "Tarieven (procent van de publicatie)"
    assert labels[1] != labels[0]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{", "The file grenzen.geojson is not GeoJSON."),
        ('{"features": []}', "The boundary file grenzen.geojson holds no neighbourhood (wijk)"),
        ('{"features": [1]}', "In the file grenzen.geojson an area lacks its properties."),
    ],
)
@pytest.mark.usefixtures("english")
def test_boundaries_are_refused_in_english(body: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / boundaries.FILE
    path.write_text(body, "utf-8")
    with pytest.raises(BoundariesRefused) as refused:
        boundaries.of(path, "wijk", ["WK011801"])
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("why", list(Why))
@pytest.mark.usefixtures("english")
def test_the_closed_door_is_in_english(why: Why) -> None:
    title, sentences = closed._said(NoAccess(why, ask="the helpdesk", hours=8.0))
    assert no_dutch(" ".join((title, *sentences)))
    assert no_dutch(language.tr(closed.LOG_OUT))
    assert language.tr(closed.LOG_IN) == "Log in"
    assert ("the helpdesk" in " ".join(sentences)) == (why not in {Why.EXPIRED, Why.SETTINGS})


ACCOUNT = Facts(
    definition="Share of goals.", numerator="pupils", denominator="pupils", sources=(), n="",
    interval="", norm="", hidden=0, release_id="r123", rounding=5,
)  # fmt: skip


def _export() -> Export:
    rows = [cell(64.5, onder=61.25, boven=67.0, teller=1234.0, noemer=2345.0)]
    table = tables.of_cells(SHARE, rows, ["North"], "School", "Goals met")
    return Export("Goals met", "2023/2024, North", table, ACCOUNT)


@pytest.mark.usefixtures("english")
def test_a_csv_is_in_english() -> None:
    read = list(csv.reader(io.StringIO(exports.csv(_export()).decode("utf-8-sig"))))
    assert read[0] == [
        "School", "Value", "95% interval: from", "95% interval: to", "Numerator", "Denominator",
        "Figure", "Selection", "Definition", "Release",
    ]  # fmt: skip
    assert read[1][:6] == ["North", "64.5", "61.25", "67", "1234", "2345"]


@pytest.mark.usefixtures("english")
def test_a_workbook_is_in_english() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.xlsx(_export())))
    assert book.sheetnames == ["Table", "Notes"]
    assert book["Table"]["A2"].value == "2023/2024, North; release r123"
    assert book["Table"]["B5"].value == 64.5
    notes = {row[0]: row[1] for row in book["Notes"].iter_rows(values_only=True)}
    assert notes["Norm"] == "No norm has been agreed."


def test_a_file_is_made_in_the_language_of_its_page() -> None:
    """It is made later, in another thread, that speaks Dutch."""
    made: list[bytes] = []
    with language.speaking(language.ENGLISH):
        export = _export()
        taken = log.taken(partial(exports.csv, export), "csv", {})
    thread = threading.Thread(target=lambda: made.append(taken()))
    thread.start()
    thread.join()
    assert b"Figure,Selection" in made[0]
    assert language.now() == language.DUTCH
    assert b"Cijfer;Selectie" in log.taken(partial(exports.csv, export), "csv", {})()


def test_messages_within_a_formatted_string_are_gathered() -> None:
    code = """f"<b>{tr('Geen cijfer')}</b>"; wording.count_of(2, "dag", "dagen"); tr(NAAM)"""
    assert said_in(code) == ["Geen cijfer", ("dag", "dagen")]
