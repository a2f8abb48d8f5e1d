#!/usr/bin/env bash
# A control chart of suspensions per month, where one month was not delivered.
#
# Seen on 2026-11-30, Python 3.11, abspc 1.1.0 (numpy 2.4.6, pandas 2.3.3), no warning:
#
#   12 months, 2 to 7 suspensions, 100 pupils, u-chart:  centre line 0.045, first point 0.05
#   the same, the seventh month missing:                 centre line 3.917, first point 5.0
#   12 months, 0 or 1 suspension, p-chart:               centre line 0.25%, first point 1%
#   the same, the seventh month missing:                 centre line 25%,   first point 100%
#
# Whether the column holds counts or rates is guessed from its type: whole numbers are counts. pandas
# keeps whole numbers with a gap as reals, so one missing month turns the counts into rates, and each
# suspension counts a hundredfold (as many as there are pupils). The p-chart also looks for a value
# above 1, which saves it until no month has two events: the small schools. The centre line of the
# u-chart is 3.917 and not even the mean of what it took for rates, 4.27: the pupils of the missing
# month stay in the denominator.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    abspc==1.1.0 numpy==2.4.6 pandas==2.3.3
"$folder/env/bin/python" -W error::UserWarning -W error::RuntimeWarning - <<'PYTHON'
import pandas as pd
from abspc import calculate_control_limits


def chart(kind, counts):
    data = pd.DataFrame({"value": counts, "subgroup_size": [100] * len(counts)})
    found = calculate_control_limits(data, kind)
    return round(float(found["mean"].iloc[0]), 4), round(float(found["value"].iloc[0]), 4)


def without_seventh(counts):
    return counts[:6] + [None] + counts[7:]


many, few = [5, 3, 4, 6, 5, 2, 7, 4, 5, 6, 3, 4], [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
seen = [chart("u", many), chart("u", without_seventh(many)),
        chart("p", few), chart("p", without_seventh(few))]
for name, pair in zip(("u", "u, month missing", "p", "p, month missing"), seen):
    print(f"{name}: centre line {pair[0]}, first point {pair[1]}")
raise SystemExit(seen != [(0.045, 0.05), (3.9167, 5.0), (0.0025, 0.01), (0.25, 1.0)])
PYTHON
