#!/usr/bin/env bash
# Hours of support per case in a spreadsheet of LibreOffice (ODS), read with fastexcel.
#
# Seen on 2026-11-30, Python 3.11, fastexcel 0.21.0 (with pandas 3.1.1, odfpy 1.4.1, pyexcel-ods3 0.6.1
# beside it); three cells of the type time, shown as [HH]:MM, no warning and no error:
#
#   value in the file      PT08H30M00S   PT36H00M00S   -PT02H00M00S (a correction)
#   fastexcel              08:30         empty         empty
#   fastexcel, as text     empty         empty         empty
#   pandas, engine "odf"   08:30:00      refused       refused
#   pyexcel-ods3           08:30:00      1 day 12:00   empty
#
# A time in OpenDocument is a length of time, of any size: the same cell type holds half past eight
# and thirty-six hours. fastexcel takes it for a time of day and leaves what is none of those empty, as
# if nothing had been filled in; asked for text it leaves all of them empty, the half past eight too,
# and names the cells only to who asks for errors. The sum of the hours is short of the very cases
# that took longest. An xlsx stores the same lengths as numbers, and there they come through.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    fastexcel==0.21.0 polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6 odfpy==1.4.1 pyexcel-ods3==0.6.1
cd "$folder"
"$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
import datetime

import fastexcel
import pandas as pd
import pyexcel_ods3
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

LENGTHS = {"PT08H30M00S": "08:30", "PT36H00M00S": "36:00", "-PT02H00M00S": "-02:00"}


def book(name, lengths):
    """A sheet with a heading and one cell of type time a row."""
    made, sheet = OpenDocumentSpreadsheet(), Table(name="Blad1")
    cells = [({"valuetype": "string"}, "hours")]
    cells += [({"valuetype": "time", "timevalue": one}, LENGTHS[one]) for one in lengths]
    for attributes, text in cells:
        cell, row = TableCell(**attributes), TableRow()
        cell.addElement(P(text=text))
        row.addElement(cell)
        sheet.addElement(row)
    made.spreadsheet.addElement(sheet)
    made.save(name)
    return name


def pandas_of(one):
    try:
        return pd.read_excel(book("one.ods", [one]), engine="odf")["hours"].tolist()[0]
    except ValueError:
        return "refused"


read = fastexcel.read_excel(book("hours.ods", LENGTHS))
as_guessed = read.load_sheet(0).to_polars()["hours"].to_list()
as_text = read.load_sheet(0, dtypes={"hours": "string"}).to_polars()["hours"].to_list()
by_pandas = [pandas_of(one) for one in LENGTHS]
by_pyexcel = [row[0] if row else None for row in pyexcel_ods3.get_data("hours.ods")["Blad1"][1:]]
for name, one in (
    ("fastexcel", as_guessed), ("as text", as_text), ("pandas", by_pandas), ("pyexcel", by_pyexcel)
):
    print(name, one)
half_past_eight = datetime.timedelta(hours=8, minutes=30)
as_seen = (
    as_guessed == [half_past_eight, None, None]
    and as_text == [None, None, None]
    and by_pandas == [datetime.time(8, 30), "refused", "refused"]
    and by_pyexcel == [datetime.time(8, 30), datetime.timedelta(hours=36), None]
)
raise SystemExit(not as_seen)
PYTHON
