"""What a chart says to who cannot see it."""

from __future__ import annotations

from typing import Any

from dashboard.charts import marks
from dashboard.words import covered, spoken, wording
from tests.unit.test_dashboard_wording import SHARE


def _row(year: str, value: float | None, covers: str = "") -> dict[str, Any]:
    status = wording.VISIBLE if value is not None else wording.HIDDEN
    return {"schooljaar": year, "waarde": value, "status": status, "dekking_kenmerk": covers}


def test_trend_tells_first_and_last_and_what_is_hidden() -> None:
    rows = [_row("2021/2022", 40.0), _row("2022/2023", None), _row("2023/2024", 55.0)]
    told = spoken.trend(SHARE, rows)
    assert told.startswith("Van 40")
    assert "in 2021/2022 naar 55" in told
    assert told.endswith("1 waarde is afgeschermd.")


def test_a_series_is_joined_and_told_over_the_years_that_cover_the_same() -> None:
    """Row 17: from the first delivered year to the next is no growth."""
    rows = [_row("2021/2022", 25.0, covered.FIRST), _row("2022/2023", 34.0)]
    rows += [_row("2023/2024", 36.0), _row("2024/2025", 12.0, "ab12cd34")]
    assert [list(part) for part in covered.stretches(rows)] == [[0], [1, 2], [3]]
    assert spoken.trend(SHARE, rows) == f"12% in 2024/2025. {covered.BROKEN}"
    assert spoken.trend(SHARE, rows[:3]).startswith("Van 34% in 2022/2023 naar 36% in 2023/2024.")
    assert covered.broken(rows[1:3]) == ""
    full = [row | {"onder": None, "boven": None, "n": 100.0} for row in rows]
    assert [mark.joined for mark in marks.trend(SHARE, full).marks] == [False, False, True, False]
    assert [list(part) for part in covered.stretches([_row("", 1.0, covered.UNKNOWN)] * 2)] == [
        [0], [1]
    ]  # fmt: skip


def test_hidden_values_are_told_as_hidden_and_nothing_more() -> None:
    rows = [_row("2021/2022", None), _row("2022/2023", None)]
    assert spoken.trend(SHARE, rows) == "2 waarden zijn afgeschermd."
    assert spoken.bars(SHARE, rows, ["a", "b"]) == "2 waarden zijn afgeschermd."
    assert "a: geen zichtbare waarde" in spoken.lines(SHARE, [("a", rows)])


def test_bars_tell_the_highest_and_the_lowest() -> None:
    rows = [_row("", 10.0), _row("", 30.0), _row("", None)]
    told = spoken.bars(SHARE, rows, ["gedrag", "rouw", "pesten"])
    assert "Hoogst: rouw (30" in told
    assert "Laagst: gedrag (10" in told
    assert "pesten" not in told


def test_each_mark_of_a_small_chart_is_told_with_its_value() -> None:
    assert spoken.each([("volgt", "€ 10"), ("trend", "€ 20")]) == "volgt: € 10; trend: € 20."
    assert spoken.each([]) == ""
