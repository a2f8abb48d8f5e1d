"""What people come for takes at most four clicks from the front, and it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser import jobs
from tests.browser.conftest import Visit
from tests.browser.jobs import Job

# In CI those that no other test does; `make browser` does them all.
DONE = jobs.JOBS if os.environ.get("ZICHTLIJN_TAKEN") == "alle" else jobs.JOBS[:4:3]
MANUAL = Path(__file__).parents[2] / "docs/handleiding.md"


def test_the_manual_tells_these_jobs_and_none_takes_more_than_four_clicks() -> None:
    assert jobs.table() in MANUAL.read_text("utf-8")
    assert max(job.clicks for job in jobs.JOBS) <= jobs.MOST


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("job", DONE, ids=lambda job: job.wish)
def test_job_is_done(visit_demo: Visit, job: Job) -> None:
    visit_demo.open("/")
    for step in job.steps:
        step.do(visit_demo)
    told = visit_demo.page.locator("body").inner_text()
    for words in job.seen:
        assert words in told
    assert visit_demo.errors == []
