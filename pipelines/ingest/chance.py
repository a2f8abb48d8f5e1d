"""More than chance allows: what keeps the door shut for data and open for coincidence."""

from __future__ import annotations

FALSE_ALARM = 1e-4  # chance at which random values may be taken for those of persons


def beyond_chance(hits: int, count: int, rate: float) -> bool:
    """Whether `hits` out of `count` is more than a binomial chance of `rate` explains."""
    if hits <= count * rate:  # at or below the mean half of all draws are as high
        return False
    from scipy import special  # here: few columns get this far, and it takes a tenth of a second

    return bool(special.bdtrc(hits - 1, count, rate) < FALSE_ALARM)
