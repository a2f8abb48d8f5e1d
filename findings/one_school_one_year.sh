#!/usr/bin/env bash
# One school of forty misses one year, in a pilot that is measured beside schools without one.
#
# Seen on 2026-11-30, Python 3.11, differences 0.3.0 (numpy 2.4.6, pandas 2.3.3), no warning. Forty made-up
# schools, 2016 to 2024; twelve start in 2020, twelve in 2022; the effect is exactly 1 in the first
# year, 2 in the second, and so on. ATTgt, fit("score"), aggregate("event"); years since the start:
#
#                                        -1     0      1      2      3      4
#   all years there                       0     1      2      3      4      5
#   one school misses 2019                0.13  0.87   1.87   2.87   3.75   4.75
#   the same, as_repeated_cross_section
#     =False                              0     1      2      3      4      5
#   the same, csdid 0.4.3                 0     1      2      3      4      5
#
# One missing row makes the panel unbalanced, and by default (None, of which the documentation says
# nothing) the whole panel is then taken for repeated cross-sections: schools are no longer compared
# with themselves, but the mean of whoever is there with the mean of whoever was there. The school that
# misses 2019, the base year, has a low score; so the base of all twelve goes up, every effect of theirs
# down, and a difference appears before the start. That differences in who is there are taken for
# effects is known of allow_unbalanced_panel of the R package did, where it has to be asked for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    differences==0.3.0 csdid==0.4.3 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1
"$folder/env/bin/python" -W ignore - <<'PYTHON'
import contextlib
import io
import warnings

import pandas as pd
from csdid.att_gt import ATTgt as Csdid
from differences import ATTgt

rows = []
for school in range(40):
    start = 2020 if school < 12 else 2022 if school < 24 else 0
    for year in range(2016, 2025):
        effect = year - start + 1 if start and year >= start else 0
        wobble = ((school * 7 + year * 3) % 5 - 2) * 0.001
        rows.append((school, year, start, school * 0.5 + (year - 2016) * 0.2 + effect + wobble))
panel = pd.DataFrame(rows, columns=["school", "year", "start", "score"])
YEARS = (-1, 0, 1, 2, 3, 4)


def differences(data, **told):
    data = data.assign(start=data.start.where(data.start > 0)).set_index(["school", "year"])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit = ATTgt(data, cohort_column="start")
        fit.fit("score", progress_bar=False, **told)
        found = fit.aggregate("event").iloc[:, 0]
    return [round(float(found.loc[year]), 2) + 0.0 for year in YEARS]


def csdid(data):
    with contextlib.redirect_stdout(io.StringIO()):
        fit = Csdid(
            yname="score", idname="school", tname="year", gname="start", data=data,
            control_group="nevertreated",
        ).fit(est_method="reg", bstrap=False)
        fit.aggte("dynamic", bstrap=False, cband=False)
    found = dict(zip(fit.atte["egt"], fit.atte["att_egt"], strict=True))
    return [round(float(found[year]), 2) + 0.0 for year in YEARS]


short = panel[~((panel.year == 2019) & (panel.school == 0))]
whole, seen = differences(panel), differences(short)
others = differences(short, as_repeated_cross_section=False), csdid(short)
print("all years", whole)
print("one school misses 2019", seen)
print("as a panel, csdid", *others)
right = [0, 1, 2, 3, 4, 5]
as_seen = (
    whole == right
    and seen == [0.13, 0.87, 1.87, 2.87, 3.75, 4.75]
    and all(all(abs(a - b) <= 0.01 for a, b in zip(one, right, strict=True)) for one in others)
)
raise SystemExit(not as_seen)
PYTHON
