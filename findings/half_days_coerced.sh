#!/usr/bin/env bash
# Days of absence, with half days, against a schema that says whole numbers.
#
# Seen on 2026-11-30, Python 3.11, pandera 0.35.0 on polars 2.1.0 and on pandas 3.1.1; a schema with one
# column, Int64 with coerce=True and at most 3; no warning:
#
#                          on pandas                on polars
#   1, 2.5, 0.5, 3.9       refused, all named       valid: 1, 2, 0, 3
#   1, 2, 3                valid                    valid
#   0, 1, 7 as Boolean     refused                  valid: False, True, True
#   "2.5" (text)           refused                  refused
#
# To coerce is to ask whether a value can be told in the type without loss; that is what the same schema
# does on pandas, and on polars for text and for what does not fit. Floats it cuts to whole numbers:
# a strict cast of polars does so, which its documentation says and that of pandera does not. Checks run
# afterwards: 3.9 is "at most 3". Half days disappear, and a total of 7.9 becomes 6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    'pandera[polars]==0.35.0' polars==2.1.0 pandas==3.1.1 numpy==2.4.6
"$folder/env/bin/python" -W error::UserWarning - <<'PYTHON'
import pandas as pd
import pandera.pandas as on_pandas
import pandera.polars as on_polars
import polars as pl
from pandera.errors import SchemaError, SchemaErrors


def verdict(module, frame, dtype, *checks):
    """What comes out of a schema with one column, or "refused"."""
    schema = module.DataFrameSchema({"days": module.Column(dtype, *checks, coerce=True)})
    try:
        return schema.validate(frame)["days"].to_list()
    except (SchemaError, SchemaErrors):
        return "refused"


def both(values, pandas_type, polars_type, *limits):
    return (
        verdict(on_pandas, pd.DataFrame({"days": values}), pandas_type, *map(on_pandas.Check.le, limits)),
        verdict(on_polars, pl.DataFrame({"days": values}), polars_type, *map(on_polars.Check.le, limits)),
    )


halves = both([1.0, 2.5, 0.5, 3.9], "Int64", pl.Int64, 3)
wholes = both([1.0, 2.0, 3.0], "Int64", pl.Int64, 3)
yes = both([0, 1, 7], "boolean", pl.Boolean)
text = both(["1", "2.5"], "Int64", pl.Int64, 3)
for name, one in (("halves", halves), ("wholes", wholes), ("0, 1, 7", yes), ("text", text)):
    print(name, "pandas", one[0], "polars", one[1])
as_seen = (
    halves == ("refused", [1, 2, 0, 3])
    and wholes == ([1, 2, 3], [1, 2, 3])
    and yes == ("refused", [False, True, True])
    and text == ("refused", "refused")
)
raise SystemExit(not as_seen)
PYTHON
