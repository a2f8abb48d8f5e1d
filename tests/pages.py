"""A page of the dashboard as its own small script, without a server."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard import language
from dashboard.access.scope import FRONT


def look(view: str, path: str = FRONT, spoken: str = language.DUTCH, **query: str) -> AppTest:
    """The page of `dashboard/views/<view>.py`, asked for with this address in this language."""
    app = AppTest.from_string(
        f"from dashboard import language\nfrom dashboard.views import page, {view} as view\n"
        f"language.choose({spoken!r})\n"
        f"page.framed(view.TITLE, view.QUESTION, view.render, {path!r})()\n",
        default_timeout=60,
    )
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    """All that stands on the page in our own words."""
    parts = [*app.get("html"), *app.get("markdown")]
    return " ".join(element.proto.body for element in parts).replace("&nbsp;", " ")
