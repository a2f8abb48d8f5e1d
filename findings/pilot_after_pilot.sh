#!/usr/bin/env bash
# Standard error of an interrupted series, at schools whose pilots come one after the other.
#
# Seen on 2026-11-30, Python 3.11, statsmodels 0.15.0 (numpy 2.4.6, pandas 3.1.1, scipy 1.17.1), no
# warning. Eight made-up schools of twelve months each, the change halfway; four schools have months
# 0-11, four have 12-23; each series stacked and in order of month. OLS, cov_type="hac-panel", maxlags=4,
# use_t=True; the effect is -0.3767 in all of them:
#
#   told by     order of the schools      standard error   degrees of freedom   p
#   groups      either                    0.0696           7                    0.0010
#   time        first and second wave     0.0554           3                    0.0065
#               by turns
#   time        all of the first wave,    0.0667           6                    0.0013
#               then the second
#
# With `time` a new series begins where the month goes down. Where a school begins after the school above
# it has ended, the two are one series: products of the last months of one school and the first of the
# next enter, the degrees of freedom are too few, and another order of the schools gives another standard
# error. Every row is where the documentation asks for it; a register in order of code, in which a
# successor comes after the school that it replaces, is in just that order.
# Known: statsmodels/statsmodels#3155 (closed in 2016 by #3162, which added `groups`); `time` still does so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    statsmodels==0.15.0 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
import math

import pandas as pd
import statsmodels.formula.api as smf

rows = []
for school in range(8):
    wave = school % 2
    for since in range(12):
        month = 12 * wave + since
        after = int(since >= 6)
        wobble = ((school * 7 + month * 5) % 11 - 5) * 0.04
        season = 0.5 * math.cos(math.pi * month / 6)
        rows.append((school, wave, month, after, 4 + 0.3 * (school % 3) - 0.2 * after + season + wobble))
panel = pd.DataFrame(rows, columns=["school", "wave", "month", "after", "count"])


def fitted(data, **told):
    """Effect, its standard error, degrees of freedom and p."""
    found = smf.ols("count ~ after + C(school)", data).fit(
        cov_type="hac-panel", cov_kwds={**told, "maxlags": 4}, use_t=True
    )
    values = found.params["after"], found.bse["after"], found.df_resid_inference, found.pvalues["after"]
    return [round(float(one), 4) for one in values]


by_turns = panel.sort_values(["school", "month"])
by_wave = panel.sort_values(["wave", "school", "month"])
seen = [
    fitted(by_turns, groups=by_turns["school"]),
    fitted(by_wave, groups=by_wave["school"]),
    fitted(by_turns, time=by_turns["month"]),
    fitted(by_wave, time=by_wave["month"]),
]
for name, one in zip(("groups, by turns", "groups, by wave", "time, by turns", "time, by wave"), seen):
    print(name, one)
whole = [-0.3767, 0.0696, 7, 0.001]
as_seen = seen == [whole, whole, [-0.3767, 0.0554, 3, 0.0065], [-0.3767, 0.0667, 6, 0.0013]]
raise SystemExit(not as_seen)
PYTHON
