"""Who is responsible decides about what earlier releases told too much of; about nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.cli import console, protection
from pipelines.concerns import Concern
from pipelines.errors import ReleaseRefused, UsageError
from pipelines.metrics.catalogue import METRICS
from pipelines.release import components, decisions, ledger
from tests.unit.test_release_series import AREAS, THRESHOLDS, _counted, _released

DAY = dt.date(2026, 11, 30)
OLD = Concern("schorsingen 2024/2025", "2024/2025 wijk W1", "te nauw", of_earlier=True)
NEW = replace(OLD, of_earlier=False)


def test_what_a_release_tells_by_itself_is_refused_whoever_decides(tmp_path: Path) -> None:
    with pytest.raises(ReleaseRefused, match="2024/2025 wijk W1"):
        decisions.refuse_open(tmp_path, [NEW])
    with pytest.raises(UsageError, match="niets te besluiten"):
        decisions.decide(tmp_path, NEW.code, reason="het mag", by="analist", day=DAY)


def test_what_earlier_releases_told_is_refused_until_somebody_writes_down_why(
    tmp_path: Path,
) -> None:
    other = replace(OLD, place="2024/2025 wijk W2")
    with pytest.raises(ReleaseRefused, match=f"{OLD.code}.*--accept CODE"):
        decisions.refuse_open(tmp_path, [OLD, other])
    with pytest.raises(UsageError, match="--reason"):
        decisions.decide(tmp_path, OLD.code, reason=" ", by="analist", day=DAY)
    told = decisions.decide(tmp_path, OLD.code, reason="al bekend", by="analist", day=DAY)
    assert (told.place, told.day) == (OLD.place, "2026-11-30")
    with pytest.raises(ReleaseRefused) as refused:
        decisions.refuse_open(tmp_path, [OLD, other])
    assert OLD.code not in str(refused.value)
    decisions.decide(tmp_path, other.code, reason="al bekend", by="analist", day=DAY)
    decisions.refuse_open(tmp_path, [OLD, other])
    assert {d.code for d in decisions.decisions(tmp_path)} == {OLD.code, other.code}
    with pytest.raises(ReleaseRefused):
        decisions.refuse_open(tmp_path, [OLD, NEW])


def test_a_decision_that_cannot_be_read_is_no_decision(tmp_path: Path) -> None:
    place = ledger.folder(tmp_path)
    ledger.write(place / decisions.ACCEPTED, b"[1")
    with pytest.raises(ReleaseRefused, match="niet te lezen"):
        decisions.refuse_open(tmp_path, [OLD])


def test_the_command_takes_the_decision_and_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ReleaseRefused):
        decisions.refuse_open(tmp_path, [OLD])
    made = protection.ledger_of_releases(
        code=OLD.code, reason="al bekend", by="analist", workdir=tmp_path, as_json=True
    )
    assert made == console.OK
    assert OLD.place in capsys.readouterr().out


def test_a_count_that_cannot_be_proved_beside_earlier_releases_is_named() -> None:
    """An earlier release with every exact number: the hidden one follows from those."""
    now = _counted(AREAS)
    leaky = replace(_released(now, {0: 45, 1: 12, 3: 9, 4: 21}), rounding=1)
    (found,) = components.protect([now], METRICS, THRESHOLDS, earlier=[leaky])
    (told,) = components.concerns([found])
    assert told.place == "2024/2025 gemeente GM2"
    assert told.of_earlier
    (alone,) = components.protect([now], METRICS, THRESHOLDS)
    assert not list(components.concerns([alone]))
    everything = replace(alone, beside_earlier=False)
    assert [c.place for c in components.concerns([everything])] == [""]
