#!/usr/bin/env bash
# The interval of a rate when not a single incident was counted.
#
# Seen on 2026-11-30, Python 3.11, statsmodels 0.15.0 (numpy 2.4.6, scipy 1.17.1, pandas 2.3.3), no
# warning in the first two:
#
#   0 in 10 years, confint_poisson(method="midp-c"):  0.29957 to 0.29957
#   0 in 10 years, confint_poisson(method="sqrt"):    0.09604 to 0.09604
#   0 in 10 years, confint_poisson(method="exact-c"): 0 to 0.36889
#   0 against 20, each in 1,000 pupil years,
#     confint_poisson_2indep(compare="ratio", method="score"): 0.19207 to 0.19207
#   1 against 20, the same method:                    0.00853 to 0.29315
#
# With one incident all of these are intervals. With none, both ends are the same point, the observed
# rate of zero lies outside its own interval, and the interval claims to know the rate exactly where
# least is known. "midp-c" and the ratio search for the two rates at which the test turns; at zero there
# is none below, and both searches end at the upper one (the last digits even put the lower end above
# the upper). "sqrt" takes zero minus 0.98 on the scale of roots, and squares the minus away. Schools
# without a suspension are common, and so are pilots after which nothing happened: a width of zero then
# looks like a certain effect.
# statsmodels/statsmodels#8252 (open) asks what to do with zeros, and names Wald only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1 pandas==2.3.3
"$folder/env/bin/python" - <<'PYTHON'
import warnings

from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

with warnings.catch_warnings():
    warnings.simplefilter("error")
    one = {name: confint_poisson(0, 10, method=name) for name in ("midp-c", "sqrt", "exact-c")}
    some = confint_poisson(1, 10, method="midp-c")
warnings.simplefilter("ignore")
ratios = [
    confint_poisson_2indep(count, 1000, 20, 1000, compare="ratio", method="score")
    for count in (0, 1)
]
for name, (low, high) in one.items():
    print(f"none in 10, {name}: {low:.12f} to {high:.12f}")
print("one in 10, midp-c:", *(round(float(end), 5) for end in some))
print("ratios of 0 and of 1 against 20:", *((round(float(a), 9), round(float(b), 9)) for a, b in ratios))


def a_point(ends):
    return abs(ends[0] - ends[1]) < 1e-6 and ends[0] > 0.05


as_seen = (
    a_point(one["midp-c"])
    and a_point(one["sqrt"])
    and one["exact-c"][0] == 0
    and abs(one["exact-c"][1] - 0.36889) < 1e-5
    and some[1] - some[0] > 0.4
    and a_point(ratios[0])
    and ratios[1][1] - ratios[1][0] > 0.2
)
raise SystemExit(not as_seen)
PYTHON
