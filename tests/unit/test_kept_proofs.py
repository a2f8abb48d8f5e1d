"""A proof that was found before is looked at again, and searched anew where it does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp

from pipelines.release import basis
from pipelines.release.disclosure import Component, kept, protect
from pipelines.release.disclosure.check import proof_hash
from pipelines.release.disclosure.problem import Protection, Relation
from tests.unit.test_disclosure import _component

COUNTS = [[3, 20, 40], [12, 2, 30], [9, 15, 1]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with kept.turned(tmp_path) as found:
        assert found is not None
        yield found


def never(_: Component) -> Protection:
    raise AssertionError("searched again")


def told(found: Protection) -> list[Any]:
    """All of it, as values that can be compared."""
    return [
        found.name, found.cells.to_dicts(), found.visible.tolist(), found.published.tolist(),
        [(w.atoms.tolist(), w.changes.tolist()) for w in found.witnesses], dict(found.proof),
        found.proof_hash, found.verdict,
    ]  # fmt: skip


def files(home: Path) -> list[Path]:
    return sorted(home.rglob("*.npz"))


def test_what_was_found_is_found_again_without_a_search(home: Path) -> None:
    component = _component(COUNTS)
    first = protect(component, home)
    assert told(first) == told(protect(component))
    assert told(kept.protected(component, home, never)) == told(first)
    assert told(protect(component, home)) == told(first)


def test_what_earlier_releases_said_costs_no_new_search(home: Path) -> None:
    """The search is without them: of what was kept only the proof is looked at beside them."""
    component = _component(COUNTS)
    protect(component, home)
    beside = replace(component, earlier=((0, 100, 200),))
    found = protect(beside, home)
    assert len(files(home)) == 1
    assert told(found) == told(protect(beside))


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "another"])
def test_a_damaged_file_is_made_again(home: Path, damage: str) -> None:
    component, other = _component(COUNTS), _component([[30, 3], [4, 50]])
    first = protect(component, home)
    (file,) = files(home)
    held = file.read_bytes()
    flipped = bytearray(held)
    flipped[len(held) // 2] ^= 255
    protect(other, home)
    (elsewhere,) = [found for found in files(home) if found != file]
    file.write_bytes(
        {
            "cut": held[: len(held) // 2],
            "flipped": bytes(flipped),
            "empty": b"",
            "text": b"geen bewijs",
            "another": elsewhere.read_bytes(),
        }[damage]
    )
    with pytest.raises(AssertionError, match="searched again"):
        kept.protected(component, home, never)
    assert told(protect(component, home)) == told(first)
    assert told(kept.protected(component, home, never)) == told(first)


def test_a_whole_file_with_a_proof_that_does_not_hold_is_not_believed(home: Path) -> None:
    component = _component(COUNTS)
    first = protect(component, home)
    (file,) = files(home)
    shown = np.ones_like(first.visible)
    none = replace(first, witnesses=(), proof={}, proof_hash=proof_hash((), {}))
    for wrong in (replace(first, visible=shown), none, replace(first, published=shown * 1)):
        kept._write(file, wrong)
        with pytest.raises(AssertionError, match="searched again"):
            kept.protected(component, home, never)
    assert told(protect(component, home)) == told(first)


def other(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, pl.DataFrame):
        return value.with_columns(kinderen=pl.col("kinderen") + 1)
    if isinstance(value, np.ndarray):
        changed = value.copy()
        changed[0] += 1
        return changed
    if isinstance(value, sp.csc_array):
        changed = value.copy()
        changed.data[0] += 1
        return changed
    if isinstance(value, tuple):
        return (*value, Relation("meer", ((0, 1),)))
    return f"{value}!" if isinstance(value, str) else value + 1


@pytest.mark.parametrize("field", [field.name for field in fields(Component)])
def test_anything_else_of_a_component_is_another_one(field: str) -> None:
    component = _component(COUNTS)
    changed = replace(component, **{field: other(getattr(component, field))})
    assert kept.digest(changed) != kept.digest(component)
    assert kept.digest(replace(component)) == kept.digest(component)


def test_another_program_believes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    component = _component(COUNTS)
    protect(component, home)
    monkeypatch.setattr(basis, "code", lambda: "andere code")
    with pytest.raises(AssertionError, match="searched again"):
        kept.protected(component, home, never)


def test_where_nothing_can_be_kept_everything_is_searched(tmp_path: Path) -> None:
    (tmp_path / kept.FOLDER).write_text("een bestand waar de map hoort", "utf-8")
    with kept.turned(tmp_path) as nowhere:
        assert nowhere is None
        assert protect(_component(COUNTS), nowhere).verdict.safe


def test_what_the_last_release_did_not_use_is_gone(tmp_path: Path) -> None:
    """Witnesses hold true data: rows that were withdrawn may not live on in them."""
    used, gone = _component(COUNTS), _component([[30, 3], [4, 50]])
    with kept.turned(tmp_path) as home:
        protect(used, home)
        protect(gone, home)
    assert len(files(home)) == 2
    with kept.turned(tmp_path) as home:
        kept.protected(used, home, never)
    assert [file.stem for file in files(home)] == [kept.digest(used)]
    broken_off = kept.turned(tmp_path)
    protect(gone, broken_off.__enter__())  # and killed: nothing is lost, nothing is in the way
    with kept.turned(tmp_path) as home:
        kept.protected(gone, home, never)
        kept.protected(used, home, never)
