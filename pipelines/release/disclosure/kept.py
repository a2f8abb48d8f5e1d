"""Proofs that were found before, per component by the hash of its content.

What is kept is only a suggestion: the checker looks at it again beside the component of now, and
what it does not find safe is searched anew. So a file that is damaged, cut off or of another
program costs time and nothing else. Witnesses hold true data: the folder stays in the work folder,
and what the last release did not use is removed with it (`turned`).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp

from pipelines.release import basis
from pipelines.release.disclosure.check import certify
from pipelines.release.disclosure.problem import Component, Protection, Verdict, Witness

FOLDER = "bewezen"
_FRESH = "nu"  # inside it: what this release used
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    NotImplementedError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def turned(workdir: Path) -> Iterator[Path | None]:
    """The folder of kept proofs; afterwards it holds those that were used meanwhile.

    None where nothing can be kept: then all is searched, as the first time.
    """
    home = workdir / FOLDER
    fresh = home / _FRESH
    try:
        fresh.mkdir(parents=True, exist_ok=True)
        for left in fresh.glob("*.npz"):  # of a run that was broken off
            left.replace(home / left.name)
    except OSError:
        shutil.rmtree(home, ignore_errors=True)
        yield None
        return
    yield home
    for old in home.glob("*.*"):
        old.unlink()
    for used in fresh.glob("*.npz"):
        used.replace(home / used.name)
    shutil.rmtree(fresh, ignore_errors=True)


def protected(
    component: Component, home: Path | None, search: Callable[[Component], Protection]
) -> Protection:
    """What was found for exactly this component before and holds, or what `search` finds now."""
    if home is None:
        return search(component)
    name = f"{digest(component)}.npz"
    found = _read(home / _FRESH / name) or _read(home / name)
    if found is not None:
        verdict = _certified(component, found)
        if verdict is not None and verdict.safe and verdict == found.verdict:
            _use(home, name)
            return replace(found, verdict=verdict)
    made = search(component)
    _write(home / _FRESH / name, made)
    return made


def _certified(component: Component, found: Protection) -> Verdict | None:
    try:
        return certify(component, found)
    except (ValueError, IndexError, KeyError, pl.exceptions.PolarsError):
        return None  # a proof about other cells or atoms than these


def digest(component: Component) -> str:
    """SHA-256 over all that a component is, and over the program that protects it."""
    told = hashlib.sha256(basis.code().encode())
    for field in fields(component):
        told.update(f"\n{field.name}\0".encode())
        for part in _parts(getattr(component, field.name)):
            told.update(part)
    return told.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, pl.DataFrame):
        yield str(value.schema).encode()
        yield _ipc(value)
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, sp.csc_array):
        yield f"{value.shape}".encode()
        for part in (value.indptr, value.indices, value.data):
            yield from _parts(part)
    else:
        yield repr(value).encode()


def _ipc(frame: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    frame.rechunk().write_ipc(held, compression="uncompressed")
    return held.getvalue()


def _use(home: Path, name: str) -> None:
    with suppress(FileNotFoundError):  # already moved
        (home / name).replace(home / _FRESH / name)


def _write(file: Path, made: Protection) -> None:
    sizes = [witness.atoms.size for witness in made.witnesses]
    nothing = np.zeros(0, np.int64)
    content = {
        "cells": np.frombuffer(_ipc(made.cells), np.uint8),
        "visible": made.visible,
        "published": made.published,
        "sizes": np.array(sizes, np.int64),
        "atoms": np.concatenate([nothing, *(w.atoms for w in made.witnesses)]),
        "changes": np.concatenate([nothing, *(w.changes for w in made.witnesses)]),
        "keys": np.array([*made.proof], np.int64).reshape(-1, 2),
        "places": np.array([*made.proof.values()], np.int64),
        "told": np.frombuffer(
            json.dumps([made.name, made.proof_hash, asdict(made.verdict)]).encode(), np.uint8
        ),
    }
    half = file.with_name(f".{file.stem}.{os.getpid()}.half")
    try:
        with half.open("wb") as held:
            np.savez_compressed(held, allow_pickle=False, **content)
        half.replace(file)
    except OSError:  # a full disk: then it is searched again next time
        half.unlink(missing_ok=True)


def _read(file: Path) -> Protection | None:
    """What a file holds; None where there is none, or none that can be read."""
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as held:
            content = {name: held[name] for name in held.files}
        name, proof_hash, verdict = json.loads(content["told"].tobytes())
        ends = np.cumsum(content["sizes"])
        # After the last witness nothing is left.
        parts = (np.split(content[of], ends)[: ends.size] for of in ("atoms", "changes"))
        pairs = zip(*parts, strict=True)
        listed: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in verdict.items()
        }
        return Protection(
            name=name,
            cells=pl.read_ipc(io.BytesIO(content["cells"].tobytes())),
            visible=content["visible"],
            published=content["published"],
            witnesses=tuple(Witness(*pair) for pair in pairs),
            proof={
                (row, kind): place
                for (row, kind), place in zip(
                    content["keys"].tolist(), content["places"].tolist(), strict=True
                )
            },
            proof_hash=proof_hash,
            verdict=Verdict(**listed),
        )
    except (*_UNREADABLE, pl.exceptions.PolarsError):
        return None
