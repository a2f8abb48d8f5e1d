#!/usr/bin/env bash
# Hours of a year in a workbook, in cells shown as [h]:mm, read as text or as numbers.
#
# Seen on 2026-11-30, Python 3.11, fastexcel 0.21.0 (calamine inside), polars 2.1.0, pyarrow 26.0.1;
# the workbook is written by xlsxwriter 3.3.1 and reads back right in openpyxl 3.1.5:
#
#   1428 hours (59.5 days) as text:  1900-02-28 12:00:00
#   1452 hours (60.5 days) as text:  1900-02-28 12:00:00   (the same text)
#   asked for as "float" or "int":   empty, no error, no warning
#   asked for as "duration":         59 days, 12:00:00 and 60 days, 12:00:00 (right)
#
# Text is what a careful reader asks for, so that codes keep their zeros; a length of time then comes
# as a date near 1900. That date cannot be turned back: the spreadsheet's 29 February 1900, which never
# was, is left out of the calendar, so days 59 and 60 fall on one date, and 1,428 and 1,452 hours are
# one and the same. A full-time year of work lies just there. Asked for as a number, which the cell
# holds, the column is empty: a sum of hours is then 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    fastexcel==0.21.0 polars==2.1.0 pyarrow==26.0.1 xlsxwriter==3.3.1 openpyxl==3.1.5
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import warnings
from datetime import timedelta

import fastexcel
import openpyxl
import xlsxwriter

HOURS = [36.0, 1404.0, 1428.0, 1452.0, 1476.0]
book = xlsxwriter.Workbook("hours.xlsx")
sheet = book.add_worksheet("uren")
shown = book.add_format({"num_format": "[h]:mm"})
sheet.write(0, 0, "uren")
for row, hours in enumerate(HOURS, 1):
    sheet.write_number(row, 0, hours / 24, shown)
book.close()

warnings.simplefilter("error")  # a warning would be told here


def read(dtype):
    found = fastexcel.read_excel("hours.xlsx").load_sheet("uren", dtypes=dtype)
    return found.to_polars()["uren"].to_list()


other = [cell.value for cell in openpyxl.load_workbook("hours.xlsx")["uren"]["A"]][1:]
for name, values in (("text", read("string")), ("float", read("float")), ("int", read("int")),
                     ("duration", read("duration")), ("openpyxl", other)):
    print(f"{name:9}", *values, sep=" | ")
exact = [timedelta(hours=hours) for hours in HOURS]
as_seen = (
    read("string")[2] == read("string")[3] == "1900-02-28 12:00:00"
    and read("float") == read("int") == [None] * 5
    and read("duration") == other == exact
)
raise SystemExit(not as_seen)
PYTHON
