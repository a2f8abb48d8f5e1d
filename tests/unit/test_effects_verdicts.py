"""The level falls with what speaks against a result, and words and level say the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest

from pipelines.effects.catalogue.medium_term import ZIS_M3
from pipelines.effects.designs.rows import Row
from pipelines.effects.effect import Claim, Design, EvidenceLevel, Fault, Result
from pipelines.effects.verdicts import judged, level, sentence, settled

FAULTS: tuple[Fault, ...] = get_args(Fault)
GROUND: EvidenceLevel = "theoretisch onderbouwd"
HEIGHT = {level: n for n, level in enumerate(("indicatief", *get_args(EvidenceLevel)[:5]))}
CLEAR = Claim("Minder.", "lager", "lager", "theoretisch onderbouwd", (-1.0, 0.2))


def _with(*faults: Fault) -> Claim:
    return replace(CLEAR, faults=frozenset(faults))


def test_a_fault_more_never_gives_a_higher_level() -> None:
    for count in range(len(FAULTS)):
        for faults in combinations(FAULTS, count):
            before = HEIGHT[level(_with(*faults))]
            for more in set(FAULTS) - set(faults):
                assert HEIGHT[level(_with(*faults, more))] <= before, (faults, more)


def test_two_faults_never_give_more_than_one() -> None:
    assert level(_with("apart")) == GROUND
    assert level(_with("apart", "dip")) == GROUND


@pytest.mark.parametrize("fault", FAULTS)
def test_good_signs_are_only_for_a_clear_result_without_any_fault(fault: Fault) -> None:
    assert level(CLEAR) == "goede aanwijzingen"
    assert HEIGHT[level(_with(fault))] < HEIGHT["goede aanwijzingen"]


def test_what_is_not_clear_or_not_promised_stays_at_the_theory() -> None:
    assert level(replace(CLEAR, found="hoger")) == GROUND
    assert level(replace(CLEAR, found="onduidelijk")) == GROUND
    assert level(replace(CLEAR, found="te klein voor een uitspraak")) == "indicatief"
    assert level(_with("alone", "dip")) == GROUND
    assert level(_with("alone")) == "eerste aanwijzingen"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_told_once_and_only_of_a_clear_result(fault: Fault) -> None:
    told = sentence(replace(_with(fault), tests=9, adjusted=0.3))
    assert told.startswith("Minder. ")
    assert len(told) > len("Minder. ")
    assert "{" not in told
    assert sentence(replace(_with(fault), found="onduidelijk")) == "Minder."


def _row(n: int, p: float, design: Design = "VV", *, leading: bool = True, same: int = -1) -> Row:
    at = n if same < 0 else same
    outcome = replace(ZIS_M3.outcomes[0], suffix=f"_{n}")
    claim = replace(CLEAR, exact=(-1.0 - at, 0.2))
    result = Result(
        effect=ZIS_M3.id, outcome=outcome.id, design=design, estimate=-1.0, interval=(-1.4, -0.6),
        n_pupils=50, n_schools=8, n_periods=2, method="t", evidence=GROUND, assumptions=(),
        sentence="", p=p,
    )  # fmt: skip
    return Row(ZIS_M3, outcome, design, judged(result, claim), "zichtbaar", "", leading=leading)


def _settled(*rows: Row) -> list[Result]:
    return [row.result for row in settled(rows) if row.result is not None]


def test_the_level_and_the_words_follow_the_adjusted_p() -> None:
    found = _settled(_row(0, 0.034), *(_row(n, 0.5) for n in range(1, 9)))
    assert found[0].p_holm == pytest.approx(0.306)
    assert found[0].evidence == "eerste aanwijzingen"
    assert "kan toeval zijn: 9 uitkomsten zijn tegelijk getoetst" in found[0].sentence
    sure = _settled(_row(0, 0.004), *(_row(n, 0.5) for n in range(1, 9)))
    assert sure[0].p_holm == pytest.approx(0.036)
    assert sure[0].evidence == "goede aanwijzingen"
    assert "toeval" not in sure[0].sentence


def test_no_test_is_counted_twice() -> None:
    once = _settled(_row(0, 0.02), _row(1, 0.5))
    twice = _settled(_row(0, 0.02), _row(1, 0.5), _row(2, 0.02, same=0))
    assert [r.p_holm for r in twice] == [once[0].p_holm, once[1].p_holm, once[0].p_holm]
    assert "2 toetsen" in twice[0].assumptions[-1]
    # The same numbers of another design are another test.
    assert "2 toetsen" in _settled(_row(0, 0.02), _row(1, 0.5, "VN", same=0))[0].assumptions[-1]


def test_a_row_that_does_not_lead_is_held_to_the_same() -> None:
    rows = [_row(0, 0.04), _row(1, 0.5), _row(0, 0.03, "GS", leading=False, same=7)]
    beside = _settled(*rows)[2]
    assert beside.p_holm == pytest.approx(0.06)
    assert beside.evidence == "eerste aanwijzingen"


def test_one_that_would_be_shown_as_the_limit_is_not_below_it() -> None:
    found = _settled(_row(0, 0.0248), _row(1, 0.5))[0]
    assert found.p_holm == 0.05
    assert found.evidence == "eerste aanwijzingen"
