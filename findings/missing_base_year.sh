#!/usr/bin/env bash
# Pilots that started in two years, where the year before one of the starts has no figures.
#
# Seen on 2026-11-30, Python 3.11, pyfixest 0.60.0 (numpy 2.4.6, pandas 2.3.3). Forty made-up schools,
# 2016 to 2024; twelve start in 2020, twelve in 2022, the rest never; the effect is exactly 1 in the
# first year, 2 in the second, and so on. Estimator "saturated", then aggregate(); years since the start:
#
#                                       -4     -3     -2      0      1      2      3     4
#   all years there                      0      0      0      1      2      3      4     5
#   2021 missing for those of 2022      -1.5   -1.5   -1.5   -0.5    0.5    1.5    4     5
#   2021 missing for every school       -1.5   -1.5   -1.5   -0.5   -1      1.5    4     5
#
#   csdid 0.4.3 and diff-diff 3.13.0 (Callaway and Sant'Anna), 2021 missing for every school:
#                                        0      0      0      1      2      3      4     5
#
# Effects are told beside the year before the start. For schools that have no figures of that year the
# model has one term too many; it drops one of their years as collinear, and that year is the base of
# theirs from then on: here the third after their start, when the effect is 3. Aggregated, two bases are
# added up, with errors of 0.001 and signs turned. The warning of dropped terms says the same where
# all years are there: cells that cannot exist are always dropped, and it shows five of them.
# diff-diff's SunAbraham has the same on the second line, and leaves the overall effect empty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyfixest==0.60.0 csdid==0.4.3 diff-diff==3.13.0 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1
"$folder/env/bin/python" -W ignore - <<'PYTHON'
import contextlib
import io

import pandas as pd
import pyfixest as pf
from csdid.att_gt import ATTgt
from diff_diff import CallawaySantAnna

rows = []
for school in range(40):
    start = 2020 if school < 12 else 2022 if school < 24 else 0
    for year in range(2016, 2025):
        effect = year - start + 1 if start and year >= start else 0
        wobble = ((school * 7 + year * 3) % 5 - 2) * 0.001
        rows.append((school, year, start, school * 0.5 + (year - 2016) * 0.2 + effect + wobble))
panel = pd.DataFrame(rows, columns=["school", "year", "start", "score"])
names = {"yname": "score", "idname": "school", "tname": "year", "gname": "start"}
YEARS = (-4, -3, -2, 0, 1, 2, 3, 4)


def saturated(data):
    fit = pf.event_study(data, **names, estimator="saturated", att=False)
    found = fit.aggregate(agg="period")["Estimate"].astype(float).round(1)
    return [float(found.loc[float(year)]) + 0.0 for year in YEARS]


def csdid(data):
    with contextlib.redirect_stdout(io.StringIO()):
        fit = ATTgt(**names, data=data, control_group="nevertreated")
        fit = fit.fit(est_method="reg", bstrap=False)
        fit.aggte("dynamic", bstrap=False, cband=False)
    found = dict(zip(fit.atte["egt"], fit.atte["att_egt"], strict=True))
    return [round(float(found[year]), 1) + 0.0 for year in YEARS]


def diff_diff(data):
    fit = CallawaySantAnna(control_group="never_treated").fit(
        data, outcome="score", unit="school", time="year", first_treat="start",
        aggregate="event_study",
    )
    return [round(float(fit.event_study_effects[year]["effect"]), 1) + 0.0 for year in YEARS]


late = panel[~((panel.year == 2021) & (panel.start == 2022))]
gap = panel[panel.year != 2021]
seen = [saturated(one) for one in (panel, late, gap)]
others = [estimate(gap) for estimate in (csdid, diff_diff)]
for name, one in zip(("all years", "2021 missing for 2022", "2021 missing"), seen, strict=True):
    print(name, one)
print("csdid, diff-diff, 2021 missing", *others)
right = [0, 0, 0, 1, 2, 3, 4, 5]
as_seen = seen == [
    right, [-1.5, -1.5, -1.5, -0.5, 0.5, 1.5, 4, 5], [-1.5, -1.5, -1.5, -0.5, -1, 1.5, 4, 5]
] and others == [right, right]
raise SystemExit(not as_seen)
PYTHON
