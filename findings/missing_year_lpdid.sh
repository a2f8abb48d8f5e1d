#!/usr/bin/env bash
# Effect by year since the start of a pilot, where one school year has no figures.
#
# Seen on 2026-11-30, Python 3.11, pyfixest 0.60.0 (numpy 2.4.6, pandas 2.3.3), no warning. Forty made-up
# schools, 2016 to 2024, half start in 2020; the effect is exactly 1 in the first year, 2 in the second,
# 3, 4 in the fourth:
#
#   lpdid, all years there:                     1, 2, 3, 4
#   lpdid, 2021 missing for every school:       1, 3, 4, 5
#   lpdid, 2021 missing for half of the pilot:  1, 2.6, 3.6, 4.6
#   event_study "saturated" of the same package, 2021 missing for every school: 1, (none), 3, 4
#   before the start, in all of these:          0
#
# Local projections look a number of years ahead. Here that is a number of rows ahead within the school,
# whatever year stands in them, while the label says years. A year that was not counted (or a school
# that missed one delivery) therefore moves later effects forward; an effect that grows is overstated,
# and the coefficients before the start stay at zero, so the usual look at the pre-trend warns of
# nothing. The other estimators of the package go by the year itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyfixest==0.60.0 numpy==2.4.6 pandas==2.3.3 scipy==1.15.3
"$folder/env/bin/python" -W ignore - <<'PYTHON'
import warnings

import pandas as pd
import pyfixest as pf

rows = []
for school in range(40):
    start = 2020 if school < 20 else 0
    for year in range(2016, 2025):
        effect = year - start + 1 if start and year >= start else 0
        wobble = ((school * 7 + year * 3) % 5 - 2) * 0.001
        rows.append((school, year, start, school * 0.5 + (year - 2016) * 0.2 + effect + wobble))
panel = pd.DataFrame(rows, columns=["school", "year", "start", "score"])
names = {"yname": "score", "idname": "school", "tname": "year", "gname": "start"}


def projected(data):
    """Effects of the years -3, -2, 0, 1, 2 and 3 since the start."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        found = pf.lpdid(data, **names, att=False, pre_window=-3, post_window=3)
    return [round(float(one), 1) + 0.0 for one in found.tidy()["Estimate"]]


def saturated(data):
    found = pf.event_study(data, **names, estimator="saturated", att=False).coef().round(1)
    years = {float(name.split("::")[1].split(":")[0]): float(one) for name, one in found.items()}
    return {year: one for year, one in years.items() if year >= 0}


gap = panel[panel.year != 2021]
half = panel[~((panel.year == 2021) & (panel.school < 10))]
seen = projected(panel), projected(gap), projected(half)
other = saturated(gap)
for name, one in zip(("all years", "2021 missing", "2021 missing for ten"), seen):
    print(f"lpdid, {name}:", one)
print("saturated, 2021 missing:", other)
as_seen = seen == (
    [0, 0, 1, 2, 3, 4], [0, 0, 1, 3, 4, 5], [0, 0, 1, 2.6, 3.6, 4.6]
) and other == {0: 1, 2: 3, 3: 4, 4: 5}
raise SystemExit(not as_seen)
PYTHON
