"""Sentences that the calculation of effects wrote, in English: same kind, same numbers."""

from __future__ import annotations

import re

import pytest

from dashboard import language
from dashboard.words import grounds, sentences

RATES = (
    "Bij deelnemers waren er per 100 leerlingmaanden 1.234,5 incidenten door ontregeling minder dan"
    " verwacht op grond van de vergelijkingsgroep: een verschil van ongeveer 58% (95%-interval: 1,1"
    " tot 2,7 minder). Gemeten bij ongeveer 270 leerlingen op 10 scholen."
)
MONEY = (
    "Over 2023/2024 tot en met 2024/2025 samen is niet te zeggen of de besparing de kosten dekt"
    " (95%-interval: € −231.000 tot € 675.000)."
)


def test_a_known_sentence_is_worded_with_its_numbers() -> None:
    with language.speaking(language.ENGLISH):
        assert sentences.worded(RATES) == (
            "Among participants there were 1,234.5 fewer incidents caused by dysregulation per"
            " 100 pupil months than expected from the comparison group: a difference of about 58%"
            " (95% interval: 1.1 to 2.7 fewer). Measured with about 270 pupils at 10 schools."
        )
        money = sentences.worded(MONEY)
    assert money.startswith("Over 2023/2024 to 2024/2025 together it cannot be said")
    assert re.findall(r"€?[−-]?€?[\d,]{5,}", money) == ["−€231,000", "€675,000"]


@pytest.mark.parametrize(
    "changed", ["Iets anders. ", "Gemeten bij ongeveer 5 planten op 3 scholen. "]
)
def test_one_unknown_sentence_leaves_all_in_dutch(changed: str) -> None:
    with language.speaking(language.ENGLISH):
        told = sentences.worded(changed + RATES)
    assert told == changed + RATES
    assert isinstance(told, language.Dutch)
    assert sentences.worded(RATES) == RATES


def test_a_kind_and_its_wording_name_the_same_places() -> None:
    for kind in (*sentences.KINDS, *grounds.KINDS):
        with language.speaking(language.ENGLISH):
            said = language.tr(kind)
        assert said != kind
        assert sorted(re.findall(r"\{\w+\}", said)) == sorted(re.findall(r"\{\w+\}", kind))
