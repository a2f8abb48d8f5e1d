#!/usr/bin/env bash
# Hours of support in an SPSS file, in a variable shown as a time.
#
# Seen on 2026-11-30, Python 3.11, pyreadstat 1.3.7 (numpy 2.4.6, pandas 2.3.3, polars 2.1.0), no warning:
#
#   written, TIME10 (seconds): 8:30, 36:00 and 1000:00 hours, and half an hour too few (-0:30)
#   read_sav:                  08:30, 12:00, 16:00, 23:30
#   the same into polars:      08:30, 12:00, 16:00, 23:30
#   disable_datetime_conversion=True: 30600, 129600, 3600000, -1800 seconds (right)
#
# In SPSS a TIME (and a DTIME) is a length of time and may be longer than a day or below zero. The reader
# makes a time of the day of it, and drops whole days without a word: 36 hours of support become 12, and
# half an hour too few becomes 23 and a half too many. Short contacts come out right, so a look at
# the first rows tells nothing; only the heavy cases shrink.
# ReadStatTables.jl, on the same C library, changed this (junyuan-chen/ReadStatTables.jl#75, 2026).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyreadstat==1.3.7 numpy==2.4.6 pandas==2.3.3 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
"$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
import pandas as pd
import pyreadstat

SECONDS = [8.5 * 3600, 36 * 3600, 1000 * 3600, -0.5 * 3600]
seen = {}
for shown in ("TIME10", "DTIME13"):
    pyreadstat.write_sav(
        pd.DataFrame({"uren": SECONDS}), "hours.sav", variable_format={"uren": shown}
    )
    found, about = pyreadstat.read_sav("hours.sav")
    peer, _ = pyreadstat.read_sav("hours.sav", output_format="polars")
    raw, _ = pyreadstat.read_sav("hours.sav", disable_datetime_conversion=True)
    seen[shown] = [str(one) for one in found["uren"]], [str(one) for one in peer["uren"]]
    print(about.original_variable_types["uren"], *seen[shown], raw["uren"].to_list())
    assert raw["uren"].to_list() == SECONDS
wrapped = ["08:30:00", "12:00:00", "16:00:00", "23:30:00"]
raise SystemExit(seen != {"TIME10": (wrapped, wrapped), "DTIME13": (wrapped, wrapped)})
PYTHON
