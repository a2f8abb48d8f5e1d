#!/usr/bin/env bash
# A register of costs with credit entries, checked against a Table Schema.
#
# Seen on 2026-11-30, Python 3.11, frictionless 5.21.0; amounts with a currency sign, so the field says
# "bareNumber": false, with "," for decimals and "." for groups; the report says valid, no warning:
#
#   € 1.250,00                           1250.00
#   € -250,00                            -250.00
#   € 250,00-      (as ledgers do)        250.00
#   (€ 250,00)     (as accountants do)    250.00
#   € −250,00      (the minus of type)    250.00
#   sum                                  1750.00 of 250.00
#   without the currency sign and without the option: 1250.00, -250.00 and three refused
#
# "bareNumber": false is there for "€95" and "95%": what stands before and after the digits is stripped.
# Only a plain hyphen in front is kept. A sign that stands behind, brackets, and the minus U+2212 (which
# great-tables 1.1.0 writes, for one) go with the currency sign, and a credit becomes a cost.
# The specification asks implementors to strip what is not numeric, and does not say what a sign is.
# Known for the hyphen in front: frictionlessdata/frictionless-py#1520 (closed, mended) and, of the
# specification, frictionlessdata/datapackage#609 (open, "-$1000"). The rest was not found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check frictionless==5.21.0
cd "$folder"
"$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
from decimal import Decimal
from pathlib import Path

from frictionless import Dialect, Resource, Schema, formats

amounts = ["€ 1.250,00", "€ -250,00", "€ 250,00-", "(€ 250,00)", "€ \N{MINUS SIGN}250,00"]
plain = [one.replace("€ ", "") for one in amounts]


def checked(texts, **told):
    """Is the file valid, how many cells are not, and what is read from the field."""
    Path("costs.csv").write_text("amount\n" + "".join(f'"{one}"\n' for one in texts), encoding="utf-8")
    field = {"name": "amount", "type": "number", "decimalChar": ",", "groupChar": ".", **told}
    schema = Schema.from_descriptor({"fields": [field]})
    dialect = Dialect(controls=[formats.CsvControl(delimiter=";")])
    resource = Resource(path="costs.csv", schema=schema, dialect=dialect)
    report = resource.validate()
    read = [row["amount"] for row in resource.read_rows()]
    return report.valid, sum(task.stats["errors"] for task in report.tasks), read


loose, strict = checked(amounts, bareNumber=False), checked(plain)
costs, credit = Decimal("1250.00"), Decimal("-250.00")
for name, one in (('"bareNumber": false', loose), ("bare numbers", strict)):
    print(name, "valid", one[0], "refused", one[1], [str(cell) for cell in one[2]])
print("sum", sum(loose[2]), "of", costs + 4 * credit)
as_seen = loose == (True, 0, [costs, credit, -credit, -credit, -credit]) and strict == (
    False, 3, [costs, credit, None, None, None]
)
raise SystemExit(not as_seen)
PYTHON
