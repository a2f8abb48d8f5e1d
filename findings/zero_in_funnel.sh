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
# Limits of a count can be at zero exactly; here they never are while the transformed limit is above it
# (proportions, from about 53 pupils at this rate), or at any size at all (ratios, whose lower limit is
# a quantile of a continuous distribution). A school with no event at all is then always outside, at the
# level that is meant to be one in a thousand, and the smaller the school the surer that it has none.
# Two things an expert might expect do not help: the three sigma rule is off unless asked for, and the
# standard score of a ratio of zero is empty, yet the verdict is given.
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
