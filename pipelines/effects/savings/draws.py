"""Parameters of the saving model: their middle values, and draws from their distributions."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from pipelines.effects.effect import HasValue, Parameters
from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.savings.arithmetic import PARAMETERS, Assumptions

DRAWS = 2000


@dataclass(frozen=True)
class ParameterDraws:
    """Draws of the parameters that move the net saving, one array each."""

    hours_per_order: Floats
    rate_order: Floats
    hours_per_plan: Floats
    rate_plan: Floats
    programme_cost: Floats
    programme_locations: Floats
    discount_rate: Floats


def middle(parameters: Parameters) -> Assumptions:
    """Every parameter at its own value."""
    return Assumptions(**{field: parameters[name].value for name, field in PARAMETERS.items()})


def assumptions(parameters: Parameters, seed: int, size: int = DRAWS) -> ParameterDraws:
    """Draws from each parameter's distribution; a fixed one stays at its value."""
    rng = np.random.default_rng([seed, 1])
    named = {field: name for name, field in PARAMETERS.items()}
    return ParameterDraws(
        **{f.name: draw(rng, parameters[named[f.name]], size) for f in fields(ParameterDraws)}
    )


def fixed(assumed: Assumptions, size: int) -> ParameterDraws:
    """The same shape with every draw at the middle."""
    return ParameterDraws(
        **{f.name: np.full(size, getattr(assumed, f.name)) for f in fields(ParameterDraws)}
    )


def draw(rng: np.random.Generator, parameter: HasValue, size: int) -> Floats:
    """`driehoek` (low, value, high), `uniform` (low, high) or fixed.

    Equation: triangular(low, value, high) or uniform(low, high)
    Source: Briggs, Claxton and Sculpher (2006), Decision Modelling for Health Economic
        Evaluation, chapter 4.
    """
    low, high = parameter.low, parameter.high
    if low is None or high is None or low >= high or parameter.distribution == "vast":
        return np.full(size, float(parameter.value))
    if parameter.distribution == "uniform":
        return rng.uniform(low, high, size)
    return rng.triangular(low, float(np.clip(parameter.value, low, high)), high, size)
