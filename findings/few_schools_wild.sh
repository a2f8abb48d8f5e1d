#!/usr/bin/env bash
# A pilot in two of five schools, tested with the wild cluster bootstrap.
#
# Seen on 2026-11-30, Python 3.11, wildboottest 0.3.2 and pyfixest 0.60.0 (numpy 2.4.6, numba of that
# day); sixty made-up rows, their order shuffled 24 times, the rows themselves never changed:
#
#   t of the pilot:     13.52 in each of the 24
#   p in wildboottest:  0 in some orders of the rows, 0.0625 in the others (about half)
#   p in pyfixest:      the same
#   counted by hand, all 32 signs, what equals t within 1e-9 counted as equal: 2 of 32 = 0.0625
#
# With five clusters there are 32 sign vectors, and the library goes through all of them. All signs
# plus and all signs minus give back t itself, so that no p below 2 in 32 exists. The library counts
# what is strictly larger than t; whether its own t is larger than t is a matter of the last bit, and
# so of the order in which the rows are added. "Zero" and "not significant at five per cent" are
# then the same data. The fewer schools, the more it weighs: that is what this bootstrap is for.
# The order of rows is what a join or a database gives. The documentation tells of the few draws with
# few clusters, not of this.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    wildboottest==0.3.2 pyfixest==0.60.0 statsmodels==0.15.0 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1
"$folder/env/bin/python" -W ignore - <<'PYTHON'
import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pyfixest as pf
import statsmodels.formula.api as smf
from wildboottest.wildboottest import wildboottest

rows = []
for school in range(5):
    for pupil in range(12):
        wobble = ((school * 37 + pupil * 11) % 13 - 6) * 0.1 + (school % 3) * 0.1
        rows.append((school, int(school < 2), 7 + wobble + (0.9 if school < 2 else 0)))
data = pd.DataFrame(rows, columns=["school", "pilot", "score"])


def by_hand():
    """Share of all sign vectors that give a t at least as large, with the null imposed."""
    known = np.column_stack([np.ones(len(data)), data.pilot]).astype(float)
    bread = np.linalg.inv(known.T @ known)
    member = (data.school.to_numpy()[:, None] == np.arange(5)).astype(float)

    def statistic(score):
        beta = bread @ known.T @ score
        pull = member.T @ (known * (score - known @ beta)[:, None])
        return beta[1] / np.sqrt((bread @ pull.T @ pull @ bread)[1, 1])

    score = data.score.to_numpy()
    seen, mean = abs(statistic(score)), score.mean()
    drawn = [
        abs(statistic(mean + (score - mean) * (member @ np.array(signs))))
        for signs in itertools.product([-1.0, 1.0], repeat=5)
    ]
    return float(np.mean([one > seen - 1e-9 for one in drawn]))


found = {"wildboottest": Counter(), "pyfixest": Counter()}
statistics = set()
for order in range(24):
    shuffled = data.sample(frac=1, random_state=order).reset_index(drop=True)
    fit = pf.feols("score ~ pilot", shuffled, vcov={"CRV1": "school"})
    told = fit.wildboottest(param="pilot", reps=9999, seed=1)
    statistics.add(round(float(told["t value"]), 6))
    found["pyfixest"][float(told["Pr(>|t|)"])] += 1
    told = wildboottest(
        smf.ols("score ~ pilot", shuffled), param="pilot", cluster=shuffled.school, B=9999, seed=1,
        show=False,
    )
    found["wildboottest"][float(told["p-value"].iloc[0])] += 1
exact = by_hand()
print("t", statistics, "; by hand", exact, ";", {name: dict(one) for name, one in found.items()})
both = {0.0, 0.0625}
as_seen = len(statistics) == 1 and exact == 0.0625 and all(set(one) == both for one in found.values())
raise SystemExit(not as_seen)
PYTHON
