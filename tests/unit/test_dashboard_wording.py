"""How numbers, intervals, changes and marks read."""

from __future__ import annotations

import ast
import datetime as dt
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dashboard
from dashboard.charts import marks, scale
from dashboard.charts import streams as charts_flow
from dashboard.exhibits import facts, tables
from dashboard.release.released import Metric
from dashboard.render import markup, screen, theme
from dashboard.server import serve
from dashboard.words import conclusions, wording
from dashboard.words.wording import Step
from tests import drawings

SHARE = Metric(
    id="proef", thema="C", label_nl="Doelen behaald", definitie="Aandeel behaalde doelen.",
    eenheid="%", soort="aandeel", teller="Behaald", noemer="Gesteld", richting="hoger", norm=70.0,
    norm_eenheid="%", norm_bron="afspraak", datasets="smw", systeem="1", versie="1",
    geldig_vanaf=None,
)  # fmt: skip
RATE = replace(SHARE, soort="per_1000", norm=None, eenheid="per 1.000 leerlingen")


def cell(value: float | None, low: float | None = None, high: float | None = None) -> Any:
    return {
        "waarde": value, "onder": low, "boven": high, "teller": None, "noemer": None, "n": 100.0,
        "status": "zichtbaar" if value is not None else "afgeschermd", "reden": "",
        "schooljaar": "2023/2024", "gebied": "", "label": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "decimals", "written"),
    [(1234567, 0, "1.234.567"), (7.44, 1, "7,4"), (-0.04, 1, "0,0"), (0, 0, "0")],
)
def test_numbers(given: float, decimals: int, written: str) -> None:
    assert wording.number(given, decimals) == written


def test_euro_and_dates() -> None:
    assert wording.euro(172000) == "€ 172.000"
    assert wording.euro(-61000) == "€ −61.000"
    assert wording.date(dt.date(2026, 11, 16)) == "16 november 2026"
    assert wording.short_date(dt.date(2026, 11, 6)) == "06-11-2026"


def test_values_with_units() -> None:
    assert wording.full(SHARE, 64) == "64%"
    assert wording.full(RATE, 10) == "10 per 1.000 leerlingen"
    assert wording.interval(SHARE, 61, 67) == "61–67%"
    assert wording.interval(SHARE, None, 67) == ""


def test_a_share_that_says_too_little_is_told_as_its_class() -> None:
    """15 of 20, published, may be 13 of 22: its interval is wider than half the scale."""
    wide, narrow = cell(75, 37.9, 96.1), cell(75, 50.0, 96.1)
    assert (wording.said(SHARE, wide), wording.said(SHARE, narrow)) == ("37–97%", "75%")
    assert wording.said_full(RATE, cell(10, 0, 90)) == "10 per 1.000 leerlingen"
    assert tables.plain(tables.valued(SHARE, wide)) == "37–97%"
    step = Step(SHARE, "2023/2024", wide, None)
    assert "75" not in conclusions.sentence(step)
    assert "37–97%" in marks.hover(SHARE, "De Linde", wide)[1]


@pytest.mark.parametrize(
    ("now", "before", "way"),
    [
        (cell(70, 66, 74), cell(67, 63, 71), "onzeker"),
        (cell(80, 78, 82), cell(67, 63, 71), "hoger"),
        (cell(50, 48, 52), cell(67, 63, 71), "lager"),
        (cell(67, 63, 71), cell(67, 63, 71), "gelijk"),
        (cell(67), cell(None), ""),
    ],
)
def test_change_is_claimed_only_outside_the_uncertainty(now: Any, before: Any, way: str) -> None:
    assert wording.movement(Step(SHARE, "2024/2025", now, before)) == way


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (cell(80, 76, 84), "gehaald"),
        (cell(60, 56, 64), "niet gehaald"),
        (cell(69, 65, 73), "onzeker"),
    ],
)
def test_norm(now: Any, verdict: str) -> None:
    assert wording.norm_verdict(SHARE, now) == verdict


def test_whole_values_have_whole_bounds_rounded_outwards() -> None:
    reach = replace(RATE, soort="per_100", eenheid="per 100 leerlingen")
    assert wording.full(reach, 9.0) == "9 per 100 leerlingen"
    assert wording.interval(reach, 8.0, 9.0) == "8–9"
    assert wording.interval(reach, 8.2, 8.9) == "8–9"
    assert wording.interval(SHARE, 74.7, 79.3) == "74–80%"
    assert wording.norm_text(replace(SHARE, norm=62.5)) == "minimaal 62,5%"


def test_a_median_is_written_as_its_class() -> None:
    days = replace(RATE, soort="mediaan", eenheid="dagen", klasse=2)
    assert wording.full(days, 8.5) == "8–9 dagen"
    assert wording.interval(days, 6.0, 11.0) == "6–11"
    assert wording.norm_value(days, 14) == "14"
    weeks = replace(days, eenheid="weken", klasse=1)
    assert wording.full(weeks, 7.0) == "7 weken"


def test_a_difference_of_means_keeps_its_side_of_zero() -> None:
    apart = replace(RATE, soort="gemiddelde", eenheid="punten")
    assert wording.bare(apart, -0.38) == "-0,38"
    assert wording.interval(apart, -0.69, -0.08) == "−0,69 tot −0,08"
    assert wording.signed(-0.001, 1) == "0,0"
    assert wording.euro(-0.2) == "€ 0"


def test_this_year_stands_beside_last_year_and_the_first() -> None:
    years = [cell(v, v - 2, v + 2) | {"schooljaar": y} for v, y in (
        (60, "2021/2022"), (71, "2023/2024"), (72, "2024/2025"))]  # fmt: skip
    step = Step(SHARE, "2024/2025", years[2], years[1], years[0])
    assert "(71% in 2023/2024, verschil niet zeker), hoger dan in 2021/2022 (60%)" in (
        conclusions.sentence(step)
    )


def test_a_count_shows_no_interval_of_its_own() -> None:
    pupils = replace(RATE, soort="aantal", eenheid="leerlingen")
    assert wording.interval(pupils, 210, 270) == ""
    assert wording.estimated(pupils, cell(240, 210, 270))["onder"] is None


def test_estimates_are_no_more_precise_than_published() -> None:
    assert wording.euro_estimate(-30351) == "€ −30.000"
    assert wording.euro_estimate(1234) == "€ 1.200"
    assert wording.euro_short(14_800_000) == "€ 14,8 mln"
    assert wording.euro_short(640_000) == "€ 640.000"
    assert wording.signed(-0.9) == "−0,9"
    assert wording.estimate_interval(-1.1, -0.15) == "−1,10 tot −0,15"


@pytest.mark.parametrize(
    ("niveau", "published", "near"),
    [
        ("vestiging", ["gemeente", "totaal", "wijk"], "wijk"),
        ("vestiging", ["gemeente", "totaal"], "gemeente"),
        ("totaal", ["gemeente"], "gemeente"),
        ("onderwijssoort", ["gemeente", "totaal"], "totaal"),
        ("wijk", [], ""),
    ],
)
def test_nearest_published_level(niveau: str, published: list[str], near: str) -> None:
    assert wording.nearest(niveau, published) == near


def test_only_the_largest_streams_are_drawn_and_equals_together() -> None:
    streams = [("a", "x", 20.0), ("a", "y", 5.0), ("b", "x", 10.0), ("b", "y", 5.0)]
    assert charts_flow.largest(streams, 4) == streams
    assert charts_flow.largest(streams, 3) == [streams[0], streams[2]]
    assert charts_flow.largest([("a", "x", 5.0), ("a", "y", 5.0)], 1) == [
        ("a", "x", 5.0), ("a", "y", 5.0),
    ]  # fmt: skip


def test_amount_is_not_a_number_of_people() -> None:
    amount = replace(SHARE, soort="bedrag", eenheid="euro")
    row = {**cell(24_000_000), "n": 24_000_000}
    assert facts._size(amount, row) == ""


def test_norm_in_another_unit_is_no_target() -> None:
    """14 days belong to the definition of a share; they are not 14 percent."""
    metric = replace(SHARE, eenheid="procent", norm=14.0, norm_eenheid="kalenderdagen")
    assert wording.target(metric) is None
    assert wording.norm_text(metric) == ""
    assert wording.norm_verdict(metric, cell(67, 63, 71)) == ""
    assert wording.boundary_text(metric) == "14 kalenderdagen"
    days = replace(metric, eenheid="dagen", soort="mediaan", richting="lager")
    assert wording.target(days) == 14.0


def test_sentence_of_a_hidden_cell_names_no_bound() -> None:
    text = conclusions.sentence(Step(SHARE, "2024/2025", cell(None), None))
    assert text == "Doelen behaald: geen cijfer (afgeschermd)."


def test_hidden_cell_is_one_mark_in_the_table() -> None:
    assert wording.MARK in markup.cell(tables.valued(SHARE, cell(None)))
    assert "afgeschermd" in markup.cell(tables.valued(SHARE, cell(None)))
    assert markup.cell(tables.spread(SHARE, cell(None))) == ""


@pytest.mark.parametrize("room", ["charts", "exhibits", "words"])
def test_rooms_that_tell_write_no_markup(room: str) -> None:
    """Each medium writes a figure in its own way; what is told is the same for all."""
    found = []
    for path in sorted((Path(dashboard.__file__).parent / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [(path.name, tag) for tag in re.findall(r"</?[a-z]+[ >]", node.value)]
    assert found == []


def test_table_escapes_what_comes_from_outside() -> None:
    made = tables.Table("<b>", ("<i>",), (tables.Row((tables.text("<script>"),)),))
    assert "<script>" not in markup.table(made)
    assert "<i>" not in markup.table(made)


def test_hidden_cells_leave_no_trace_in_a_chart() -> None:
    """The same picture whatever the hidden value was: it is not in the frame, nor in the range."""
    rows = [cell(40, 35, 45), cell(None), cell(50, 45, 55)]
    labels = ["a", "b", "c"]
    drawn = screen.html("", marks.bars(SHARE, rows, labels), "")
    bare = {"waarde": None, "onder": None, "boven": None, "teller": None, "n": None}
    hidden = {**cell(99, 98, 100), "status": wording.HIDDEN}
    assert drawn == screen.html(
        "", marks.bars(SHARE, [rows[0], {**hidden, **bare}, rows[2]], labels), ""
    )
    assert drawn == screen.html("", marks.bars(SHARE, [rows[0], hidden, rows[2]], labels), "")
    chart = screen.figure(marks.bars(SHARE, rows, labels))
    assert [tip.split("\n")[0] for tip in drawings.tips(chart)] == ["a", "c"]
    assert wording.MARK in drawings.words(chart)


def test_axis_ends_are_round() -> None:
    assert [scale.nice_ceiling(v) for v in (0.0, 7.3, 11.0, 101.0)] == [1.0, 8.0, 15.0, 150.0]


def test_facts_say_what_is_missing() -> None:
    made = facts.Facts("", "t", "n", (), "", "", "", 0, "r", 5)
    assert made.missing == ("de definitie", "de bron")


def test_theme_and_configuration_agree() -> None:
    file = Path(dashboard.__file__).parent / "server" / ".streamlit" / "config.toml"
    config = tomllib.loads(file.read_text(encoding="utf-8"))
    light, dark = config["theme"]["light"], config["theme"]["dark"]
    for name, colour in (
        ("primaryColor", theme.ACCENT),
        ("backgroundColor", theme.PAPER),
        ("secondaryBackgroundColor", theme.SURFACE),
        ("textColor", theme.INK),
        ("linkColor", theme.ACCENT),
        ("borderColor", theme.LINE),
    ):
        assert (light[name], dark[name]) == (colour, theme.DARK[colour])
    assert config["browser"]["gatherUsageStats"] is False
    assert config["theme"]["font"] == theme.FONT


def test_command_serves_only_this_machine(tmp_path: Path) -> None:
    command, environment = serve.command(tmp_path, 8501)
    assert "--server.address=localhost" in command
    assert "--browser.gatherUsageStats=false" in command
    assert environment["ZICHTLIJN_WORKDIR"] == str(tmp_path.resolve())


def test_an_acceptance_is_told_while_it_holds() -> None:
    last = dt.date(2027, 7, 31)
    assert wording.accepted(last, last) == "aanvaard tot en met 31-07-2027"
    assert wording.accepted(last, last + dt.timedelta(days=1)) == ""
    assert wording.accepted(None, last) == ""


def test_every_status_of_a_delivery_has_a_word() -> None:
    told = [
        wording.delivery_status(s) for s in ("geladen", "vervangen", "ingetrokken", "geweigerd")
    ]
    assert told == ["Geladen", "Vervangen", "Ingetrokken", "Geweigerd"]


def _luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough_in_light_and_dark() -> None:
    """WCAG 2.1 AA: 4.5 for text, 3 for what a chart draws."""
    fore = (theme.INK, theme.MUTED, theme.ACCENT, theme.SIGNAL)
    pairs = [(text, back, 4.5) for text in fore for back in (theme.PAPER, theme.SURFACE)]
    pairs += [(text, theme.ACCENT_PALE, 4.5) for text in (theme.INK, theme.MUTED)]
    pairs += [(line, theme.PAPER, 4.5) for line in theme.SERIES]  # they also write their own name
    pairs += [(theme.ACCENT_SOFT, theme.PAPER, 3.0)]
    for one, other, least in pairs:
        assert _contrast(one, other) >= least, (one, other)
        assert _contrast(theme.DARK[one], theme.DARK[other]) >= least, ("dark", one, other)
