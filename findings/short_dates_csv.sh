#!/usr/bin/env bash
# A register with short dates (31-12-24, as a Dutch LibreOffice shows them), opened in DuckDB.
#
# Seen on 2026-11-30, Python 3.11, duckdb 1.5.6, read_csv without options; one row for each day of a year,
# the first talk always fourteen days after the application; no row refused, no warning:
#
#   year of the dates              2024         2028         2029           2032
#   type                           DATE         DATE         VARCHAR        DATE
#   the last of December           2031-12-24   2031-12-28   (as it stood)  2032-12-31
#   applications read right        12 of 366    12 of 366                   366 of 366
#   mean wait in days (true 13.7)  341.1        341.1                       13.7
#   the same with full years       all right    all right    all right      all right
#
# The sniffer takes the first format that fits every row, and of two digits year-month-day comes before
# day-month-year. 24 (of 2024) is a day that every month has, and a day of the month is always a year
# too, so it fits each row, up to and with 2028. That the last number of 366 rows never differs and the
# first runs from 1 to 31 changes nothing. A wait of fourteen days within a month becomes one of fourteen
# years, and one across the turn of a month is negative. Which formats are tried is documented; no issue
# about this was found. polars and pandas leave such a column text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check duckdb==1.5.6
cd "$folder"
"$folder/env/bin/python" -W error - <<'PYTHON'
import datetime as dt
from pathlib import Path

import duckdb


def read(year, shape):
    """Type, how the last of December is read, how many applications are right, mean wait in days."""
    days = [dt.date(year, 1, 1) + dt.timedelta(n) for n in range(366)]
    days = [day for day in days if day.year == year]
    talks = [min(day + dt.timedelta(14), dt.date(year, 12, 31)) for day in days]
    pairs = zip(days, talks, strict=True)
    lines = [f"{day.strftime(shape)};{talk.strftime(shape)}\n" for day, talk in pairs]
    Path("register.csv").write_text("applied;talked\n" + "".join(lines), encoding="utf-8")
    source = duckdb.sql("SELECT applied, talked, typeof(applied) FROM read_csv('register.csv')")
    found = source.fetchall()
    right = sum(row[0] == day for row, day in zip(found, days, strict=True))
    dates = found[0][2] == "DATE"
    wait = sum((row[1] - row[0]).days for row in found) / len(found) if dates else None
    true = sum((talk - day).days for day, talk in zip(days, talks, strict=True)) / len(days)
    return found[0][2], str(found[-1][0]), right, len(days), wait and round(wait, 1), round(true, 1)


short = {year: read(year, "%d-%m-%y") for year in (2024, 2028, 2029, 2032)}
full = {year: read(year, "%d-%m-%Y") for year in short}
for year, one in short.items():
    print(year, "short", *one, "full", *full[year])
as_seen = (
    [one[:4] for one in short.values()]
    == [
        ("DATE", "2031-12-24", 12, 366),
        ("DATE", "2031-12-28", 12, 366),
        ("VARCHAR", "31-12-29", 0, 365),
        ("DATE", "2032-12-31", 366, 366),
    ]
    and all(
        one[2] == one[3] and one[4] == one[5] for one in full.values()
    )
    and short[2024][4] > 20 * short[2024][5]
)
raise SystemExit(not as_seen)
PYTHON
