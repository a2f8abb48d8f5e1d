"""The verdict on the net, worded by the dashboard from numbers, as the calculation words it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from dashboard import language
from dashboard.exhibits import balance_words
from dashboard.exhibits.balances import TOTAL, Balances
from pipelines.effects.savings import balance_words as calculated
from pipelines.effects.savings.arithmetic import Balance
from pipelines.effects.savings.balance_samples import Samples, limits, percent

YEARS = ("2022/2023", "2023/2024", "2024/2025")


def _published(middle: float, apart: float, turn: str | None, missed: tuple[str, ...]) -> Balances:
    """Rows as the calculation publishes them of 2,000 draws, with its own Dutch sentence."""
    draws = np.random.default_rng(7).normal(middle, apart, 2000)
    stays = np.array([0.1, 0.62, 0.97])
    whole = SimpleNamespace(
        net=middle, years=[SimpleNamespace(schooljaar=year) for year in YEARS], break_even=turn
    )
    drawn = SimpleNamespace(net=draws, together=lambda found: found, stays=stays)
    said = calculated.verdict(cast(Balance, whole), cast(Samples, drawn), (), missed=missed)
    low, _, high = limits(draws)

    def row(part: str, year: str, value: float, *ends: float, zin: str = "") -> dict[str, Any]:
        lower, upper = ends or (None, None)
        return {
            "schooljaar": year, "route": "vergelijking", "onderdeel": part, "betaler": "",
            "waarde": value, "onder": lower, "boven": upper, "leidend": True, "zin": zin,
        }  # fmt: skip

    together = (-1.0, 1.0, 2.0) if turn == YEARS[1] else (-1.0, -1.0, 2.0)
    rows = [row("netto", TOTAL, middle, low, high, zin=said)]
    rows += [row("kans_kostenneutraal", TOTAL, percent((draws >= 0).mean()))]
    for year, net, chance in zip(YEARS, together, stays, strict=True):
        rows += [row("cumulatief", year, net), row("kans_terugverdiend", year, percent(chance))]
    return Balances(tuple(rows), "")


@pytest.mark.parametrize(
    ("middle", "apart", "turn"),
    [(227_149.0, 230_000.0, None), (-640_250.0, 90_000.0, None), (812_400.0, 95_000.0, YEARS[1])],
)
def test_the_verdict_is_the_same_in_dutch_and_said_in_english(
    middle: float, apart: float, turn: str | None
) -> None:
    found = _published(middle, apart, turn, ())
    said = found.sentence(found.leading)
    assert balance_words.net_told(found) == said
    with language.speaking(language.ENGLISH):
        told = balance_words.net_told(found)
    assert not isinstance(told, language.Dutch)
    assert told.startswith("Over 2022/2023 to 2024/2025 together")
    assert "95% interval" in told
    assert (turn or "") in told


def test_what_the_numbers_do_not_tell_stays_as_it_was_published() -> None:
    found = _published(812_400.0, 95_000.0, YEARS[1], ("2021/2022",))
    with language.speaking(language.ENGLISH):
        told = balance_words.net_told(found)
    assert isinstance(told, language.Dutch)
    assert "zolang 2021/2022 ontbreekt" in told
