#!/usr/bin/env bash
# The median of tariffs kept as decimals, where the middle lies between two of them.
#
# Seen on 2026-11-30, Python 3.11, duckdb 1.5.6; polars 2.1.0 beside it:
#
#   median of 54.30 and 54.31, DECIMAL(9,2):   54.30    (the middle is 54.305; cut, not rounded)
#   median of 3 and 4 days, DECIMAL(9,0):      3        (as INTEGER or DOUBLE: 3.5)
#   median of -3 and -4, DECIMAL(9,0):         -4       (so it is cut downwards)
#   quantile_cont(0.9) of 10 and 19.9:         18.9     (interpolated: 18.91)
#   avg of the same 3 and 4:                   3.5      (a DOUBLE)
#   polars, Decimal(9,2):                      54.305   (a Float64)
#
# The mean of a decimal column is a real number, the median and the quantiles of that same column are
# decimals of the same number of places, and what does not fit is cut off downwards. Whole numbers are
# typically DECIMAL(n,0) where a CSV reader or another database made the table: then every median of an
# even number of rows can be half a unit too low, and always in the same direction.
# Told in duckdb/duckdb#13655 (closed as expected behaviour): that a type keeps its own median.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check duckdb==1.5.6 polars==2.1.0
"$folder/env/bin/python" - <<'PYTHON'
from decimal import Decimal

import duckdb
import polars as pl


def one(what, kind, *values):
    rows = ", ".join(f"({value}::{kind})" for value in values)
    return duckdb.sql(f"SELECT {what} FROM (VALUES {rows}) AS t(x)").fetchone()[0]


tariffs = one("median(x)", "DECIMAL(9,2)", "54.30", "54.31")
days = [one("median(x)", kind, 3, 4) for kind in ("DECIMAL(9,0)", "INTEGER", "DOUBLE")]
below = one("median(x)", "DECIMAL(9,0)", -3, -4)
ninth = one("quantile_cont(x, 0.9)", "DECIMAL(9,1)", "10.0", "19.9")
mean = one("avg(x)", "DECIMAL(9,0)", 3, 4)
peer = pl.Series([Decimal("54.30"), Decimal("54.31")], dtype=pl.Decimal(9, 2)).median()
print("tariffs:", tariffs, "days as decimal, integer, double:", *days, "below zero:", below)
print("0.9:", ninth, "mean:", mean, "polars:", peer)
as_seen = (
    tariffs == Decimal("54.30")
    and days == [Decimal(3), 3.5, 3.5]
    and below == Decimal(-4)
    and ninth == Decimal("18.9")
    and mean == 3.5
    and abs(float(peer) - 54.305) < 1e-9
)
raise SystemExit(not as_seen)
PYTHON
