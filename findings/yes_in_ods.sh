#!/usr/bin/env bash
# A column of yes and no, saved as ODS by a Dutch LibreOffice, read by pandas.
#
# Seen on 2026-11-30, Python 3.11, pandas 3.1.1 with odfpy 1.4.1 (engine "odf", the one pandas takes for
# ODS by itself); beside it python-calamine 0.9.1. Three cells of the type boolean, no warning:
#
#   value in the file         true    true     false
#   shown in the cell         WAAR    TRUE     ONWAAR
#   pandas, engine "odf"      False   True     False
#   pandas, "calamine"        True    True     False
#
# In OpenDocument the value of such a cell is office:boolean-value; the text in it is how the program
# of whoever saved it shows that value, in its own language. The engine looks at the text, and takes
# whatever is not "TRUE" for False. So each yes of a Dutch (or German, French, ...) file becomes no,
# the column keeps the type bool, and a share of 80% becomes 0%. Numbers, percentages and amounts are
# read by their value. No issue about it was found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    pandas==3.1.1 numpy==2.4.6 odfpy==1.4.1 python-calamine==0.9.1
cd "$folder"
"$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
import pandas as pd
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P


def row(*cells):
    one = TableRow()
    for attributes, text in cells:
        cell = TableCell(**attributes)
        cell.addElement(P(text=text))
        one.addElement(cell)
    return one


def boolean(value, text):
    return {"valuetype": "boolean", "booleanvalue": value}, text


book = OpenDocumentSpreadsheet()
sheet = Table(name="Blad1")
sheet.addElement(row(({"valuetype": "string"}, "helped"), ({"valuetype": "string"}, "share")))
for value, text in (("true", "WAAR"), ("true", "TRUE"), ("false", "ONWAAR")):
    sheet.addElement(
        row(boolean(value, text), ({"valuetype": "percentage", "value": "0.125"}, "12,5%"))
    )
book.spreadsheet.addElement(sheet)
book.save("answers.ods")

by_itself, odf, calamine = (
    pd.read_excel("answers.ods", **told) for told in ({}, {"engine": "odf"}, {"engine": "calamine"})
)
for name, frame in (("by itself", by_itself), ("odf", odf), ("calamine", calamine)):
    print(name, frame["helped"].tolist(), frame["helped"].dtype, frame["share"].tolist())
as_seen = (
    by_itself["helped"].tolist() == odf["helped"].tolist() == [False, True, False]
    and calamine["helped"].tolist() == [True, True, False]
    and odf["helped"].dtype == bool
    and odf["share"].tolist() == [0.125] * 3
)
raise SystemExit(not as_seen)
PYTHON
