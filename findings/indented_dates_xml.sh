#!/usr/bin/env bash
# A message by an XML schema whose dates stand on a line of their own, as some printers lay them out.
#
# Seen on 2026-11-30, Python 3.11, lxml 6.1.3 (libxml2 2.14.6) and xmlschema 4.3.2, XSD 1.0:
#
#   <begin> 2024-03-01 </begin>, type                lxml      xmlschema
#     xs:date                                        invalid   valid
#     xs:dateTime, xs:gYear, xs:gYearMonth           invalid   valid
#     xs:time, xs:duration: a space before           valid     valid
#     xs:time, xs:duration: a space after            invalid   valid
#     xs:integer, xs:decimal, xs:boolean             valid     valid
#
# All these types collapse white space before a value is looked at (XML Schema part 2, 4.3.6), so the
# message is valid. libxml2 does so for numbers and booleans and not for dates, and for times at one side
# only. A message of iJw that went through a tool that indents text is then refused for its dates alone,
# while its amounts, laid out the same way, are fine.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check lxml==6.1.3 xmlschema==4.3.2
"$folder/env/bin/python" - <<'PYTHON'
import xmlschema
from lxml import etree

SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    '<xs:element name="begin" type="xs:{}"/></xs:schema>'
)
VALUES = {
    "date": "2024-03-01", "dateTime": "2024-03-01T08:30:00", "gYear": "2024", "gYearMonth": "2024-03",
    "time": "08:30:00", "duration": "PT36H", "integer": "12", "decimal": "1.50", "boolean": "true",
}


def valid(kind, text):
    schema, message = SCHEMA.format(kind), f"<begin>{text}</begin>"
    strict = etree.XMLSchema(etree.fromstring(schema)).validate(etree.fromstring(message))
    return strict, xmlschema.XMLSchema(schema).is_valid(message)


print("libxml2", etree.LIBXML_VERSION)
seen = {}
for kind, value in VALUES.items():
    layouts = value, f" {value}", f"{value} ", f"\n  {value}\n"
    found = [valid(kind, text) for text in layouts]
    assert all(peer for _, peer in found)
    seen[kind] = [strict for strict, _ in found]
    print(f"{kind:11} bare, before, after, own line: lxml", *seen[kind])
date, time, number = [True, False, False, False], [True, True, False, False], [True] * 4
expected = dict.fromkeys(("date", "dateTime", "gYear", "gYearMonth"), date)
expected |= dict.fromkeys(("time", "duration"), time)
expected |= dict.fromkeys(("integer", "decimal", "boolean"), number)
raise SystemExit(seen != expected)
PYTHON
