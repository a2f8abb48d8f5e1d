#!/usr/bin/env bash
# A column of amounts as text, made into decimals.
#
# Seen on 2026-11-30, Python 3.11, polars 2.1.0, no error and no warning:
#
#   Series(["0.25"] * 50 + ["96.60"] * 50 + ["1250.00", "3.125"]).str.to_decimal(), Decimal(4,2):
#     1250.00 becomes empty, 3.125 becomes 3.12, the sum is 4845.62 of 6095.625
#   the same with inference_length=102: Decimal(7,3), all right
#   the same, cast to Decimal(4,2): InvalidOperationError
#
# The number of places is learnt from the first hundred rows, and so is the number of digits before the
# comma: a later amount with one digit more is left empty. A register in order of date or code has its
# few large amounts anywhere, so the sum is too low by exactly the expensive cases. A cast to the very
# same type raises and names the value; the parser has no such switch.
# pola-rs/polars#22039 (open) asks for a precision to be given; #24801 (open, 1.34) is a narrower case,
# which no longer happens here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check polars==2.1.0
"$folder/env/bin/python" -W error - <<'PYTHON'
from decimal import Decimal

import polars as pl

given = ["0.25"] * 50 + ["96.60"] * 50 + ["1250.00", "3.125"]
found = pl.Series(given).str.to_decimal()
whole = pl.Series(given).str.to_decimal(inference_length=len(given))
exact = sum(map(Decimal, given))
try:
    pl.Series(given).cast(found.dtype)
    raised = None
except pl.exceptions.InvalidOperationError as error:
    raised = type(error).__name__
print(found.dtype, found[-2:].to_list(), "sum", found.sum(), "of", exact)
print("all rows looked at:", whole.dtype, whole[-2:].to_list(), "; cast:", raised)
as_seen = (
    found[-2:].to_list() == [None, Decimal("3.12")]
    and found.sum() == Decimal("4845.62")
    and exact == Decimal("6095.625")
    and whole.sum() == exact
    and raised is not None
)
raise SystemExit(not as_seen)
PYTHON
