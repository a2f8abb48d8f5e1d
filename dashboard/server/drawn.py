"""What the browser draws charts with: our script, and Plotly in a bundle with only what we use.

The bundle is built by `make plotly` and stands in `dashboard/vendor/` with the licences of all that
is in it. Its address holds its digest, so that a browser fetches it once and keeps it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.render import plots, theme

_BUNDLE = Path(__file__).parents[1].joinpath("vendor", "plotly.min.js").read_bytes()
_PACKED = gzip.compress(_BUNDLE, 9, mtime=0)
ADDRESS = f"/vendor/plotly-{hashlib.sha256(_BUNDLE).hexdigest()[:16]}.js"

# Each colour in the two ways that charts write it.
_DARK = {
    written(colour): written(dark)
    for colour, dark in theme.DARK.items()
    for written in (str.upper, lambda one: plots.thin(one, 1).removesuffix("1)"))
}
SCRIPT = (
    Path(__file__)
    .with_name("charts.js")
    .read_bytes()
    .replace(b"const DARK = {};", f"const DARK = {json.dumps(_DARK)};".encode(), 1)
)
# Ours first: it has to see whether the bundle comes.
HEAD = b"<script>" + SCRIPT + b'</script><script async src="' + ADDRESS.encode() + b'"></script>'


async def bundle(request: Request) -> Response:
    """Plotly, packed where the browser takes that, and never asked for again."""
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "vary": "accept-encoding",
    }
    body = _BUNDLE
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = _PACKED
        headers["content-encoding"] = "gzip"
    return Response(body, media_type="text/javascript", headers=headers)


ROUTE = Route(ADDRESS, bundle)
