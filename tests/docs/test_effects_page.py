"""`EFFECTS.md` is what the declarations say: every promise, whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipelines import contracts
from pipelines.docs import effects, pages
from pipelines.effects.catalogue import EFFECTS, SAVINGS
from pipelines.effects.effect import DESIGN_LABEL
from pipelines.effects.outcomes import Unmeasured
from pipelines.effects.savings import arithmetic
from pipelines.errors import ContractError

PROMISES = contracts.load()


def test_every_promise_is_there_once_with_all_that_was_declared() -> None:
    text = pages.effects(PROMISES)
    for effect in EFFECTS:
        assert text.count(f'<a id="{effect.id}"></a>') == 1, effect.id
        own = text.split(f'<a id="{effect.id}"></a>')[1].split("<a id=")[0]
        for said in (effect.promise, effect.population, effect.exposure, effect.comparison):
            assert said in own, effect.id
        for threat in effect.threats:
            assert f"- {threat}" in own, effect.id
        assert f"| Grondslag | {effect.ground} |" in own
        for outcome in effect.outcomes:
            row = next(
                line for line in own.splitlines() if f"| `{effect.id}{outcome.suffix}` " in line
            )
            assert outcome.needed in row
            assert f"{outcome.direction} is wat is beloofd" in row
            for design in () if isinstance(outcome, Unmeasured) else outcome.designs:
                assert DESIGN_LABEL[design].lower() in row.lower()
        measured = not all(isinstance(outcome, Unmeasured) for outcome in effect.outcomes)
        assert ("| Tonen vanaf |" in own) == measured, effect.id


def test_products_and_assumptions_of_the_saving_are_there() -> None:
    text = pages.effects(PROMISES).split('<a id="besparing"></a>')[1]
    for product in SAVINGS:
        assert f"| {product.label} |" in text
    for name in arithmetic.PARAMETERS:
        assert f"(`{name}`)" in text


def test_sizes_and_windows_follow_the_parameters() -> None:
    changed = {
        name: replace(PROMISES.parameters[name], value=value)
        for name, value in (
            ("drempel_zwaar", 12.0),
            ("effect_maanden_voor", 36.0),
            ("effect_minimum_dekking", 85.0),
        )
    }
    told = effects.page(
        EFFECTS, SAVINGS, replace(PROMISES, parameters={**PROMISES.parameters, **changed})
    )
    assert "12 leerlingen op 2 scholen, per groep" in told
    assert "ten hoogste 36 maanden vóór" in told
    assert "85%" in told
    assert "ten hoogste 24 maanden vóór" not in told


def test_links_lead_somewhere() -> None:
    text = pages.effects(PROMISES)
    places = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= places
    datasets = set(re.findall(r'<a id="([^"]+)">', pages.datasets(PROMISES)))
    assert set(re.findall(r"\]\(DATASETS\.md#([^)]+)\)", text)) <= datasets


def test_a_promise_without_a_term_is_named() -> None:
    with pytest.raises(ContractError, match="zis_x1"):
        effects.page([replace(EFFECTS[0], id="zis_x1")], SAVINGS, PROMISES)
