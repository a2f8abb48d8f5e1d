#!/usr/bin/env bash
# A school without a single suspension, in a funnel plot.
#
# Seen on 2026-11-30, Python 3.11, controlchartspy 0.1.3 (the engine of the R package controlcharts):
#
#   proportions, joint rate 4.6%: 0 of 55 pupils is beyond three sigma, "deterioration";
#     lower 99.8% limit 0.0075%, while the chance of none in 55 pupils is 7%
#   standardised ratio: 0 suspensions where 0.1 were expected is beyond three sigma, "deterioration";
#     lower 99.8% limit 6e-30, while the chance of none is 90%
#
# A count can be zero, and a lower limit that is above zero, however little, puts every zero outside it.
# The limit of a proportion comes from a transformation (above zero from 51 pupils at this rate), that of
# a ratio from a continuous distribution (always above zero). So every school without an event is told
# to lie beyond a limit that is meant for one in a thousand: of ratios at any size, and the smaller the
# school, the surer that it has none. The standard score of such a ratio is empty; the verdict is given.
# The verdicts of sigma are off unless asked for; the limits, in a plot, say the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check controlchartspy==0.1.3
"$folder/env/bin/python" - <<'PYTHON'
import math

from controlchartspy import funnel


def first(kind, counts, bases):
    """What is said of the first school."""
    data = {"school": [f"s{i}" for i in range(len(counts))], "count": counts, "base": bases}
    found = funnel(
        data, keys="school", numerators="count", denominators="base", return_objs="limits",
        funnel_settings={"chart_type": kind}, outlier_settings={"three_sigma": True},
    )
    return next(row for row in found.limits if row["group"] == "s0")


counts, bases = [0, 94, 47, 30, 20], [55, 2000, 1000, 640, 425]
share = first("PR", counts, bases)
ratio = first("SR", [0, 50, 20, 30], [0.1, 50, 20, 30])
rate = sum(counts) / sum(bases)
chances = (1 - rate) ** 55, math.exp(-0.1)
for name, row, chance in (("proportion", share, chances[0]), ("ratio", ratio, chances[1])):
    print(name, {key: row[key] for key in ("value", "ll99", "z", "three_sigma")}, f"chance of none {chance:.3f}")
as_seen = (
    share["three_sigma"] == ratio["three_sigma"] == "deterioration"
    and 0 < share["ll99"] < 0.01 < chances[0]
    and 0 < ratio["ll99"] < 1e-20
    and ratio["z"] is None
    and chances[0] > 0.05
    and chances[1] > 0.9
)
raise SystemExit(not as_seen)
PYTHON
