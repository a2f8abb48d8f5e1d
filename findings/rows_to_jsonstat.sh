#!/usr/bin/env bash
# A table of counts by municipality and school year, published as JSON-stat.
#
# Seen on 2026-11-30, Python 3.11, pyjstat 2.4.0 (pandas 2.3.3), no warning; four rows, each right:
#
#   in the table (its rows in this order)         read back from the JSON-stat made of it
#   Amersfoort  2023/2024   20                    Amersfoort  2023/2024   20
#   Zeist       2022/2023   30                    Amersfoort  2022/2023   30
#   Zeist       2023/2024   40                    Zeist       2023/2024   40
#   Amersfoort  2022/2023   10                    Zeist       2022/2023   10
#   the same rows, sorted: read back as they were
#
# In JSON-stat a number belongs to a place, and has no label of its own. The library takes the numbers
# in the order of the rows and the categories in the order in which they first occur, and does not look
# which row has which categories. Rows in any other order than that of the cube (which is what a join,
# a GROUP BY of DuckDB or group_by of polars gives) are handed to other municipalities and years; totals
# stay right, and the file is valid.
# Known is that a table with fewer rows than cells cannot be read back (predicador37/pyjstat#36, open).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyjstat==2.4.0 pandas==2.3.3 numpy==2.4.6 jsonstat-validator==0.4.6
"$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
import json

import pandas as pd
from jsonstat_validator import validate_jsonstat
from pyjstat import pyjstat

rows = [
    ("Amersfoort", "2023/2024", 20),
    ("Zeist", "2022/2023", 30),
    ("Zeist", "2023/2024", 40),
    ("Amersfoort", "2022/2023", 10),
]
table = pd.DataFrame(rows, columns=["place", "year", "value"])


def published(table):
    """What a reader of the file finds, and whether the file is valid."""
    written = pyjstat.Dataset.read(table).write()
    back = pyjstat.Dataset.read(written).write("dataframe")
    return {(row.place, row.year): row.value for row in back.itertuples()}, validate_jsonstat(
        json.loads(written)
    )


def told(table):
    return {(row.place, row.year): row.value for row in table.itertuples()}


as_given, valid = published(table)
as_sorted, _ = published(table.sort_values(["place", "year"]))
right = told(table)
for cell, value in right.items():
    print(*cell, value, "-> as given", as_given[cell], "sorted", as_sorted[cell])
print("valid", valid)
moved = {cell for cell, value in right.items() if as_given[cell] != value}
as_seen = (
    valid
    and as_sorted == right
    and moved == {("Amersfoort", "2022/2023"), ("Zeist", "2022/2023")}
    and sum(as_given.values()) == sum(right.values())
)
raise SystemExit(not as_seen)
PYTHON
