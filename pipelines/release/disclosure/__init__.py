"""Disclosure control of one declared release: hide, round, certify (see disclosure.md).

`build_component` per protected component, `protect_all`, and `rules` for ratios, means and costs.
"""

from pipelines.release.disclosure.build import build_component
from pipelines.release.disclosure.check import certify
from pipelines.release.disclosure.problem import (
    Component,
    Protection,
    Relation,
    Verdict,
)
from pipelines.release.disclosure.protect import protect, protect_all

__all__ = [
    "Component",
    "Protection",
    "Relation",
    "Verdict",
    "build_component",
    "certify",
    "protect",
    "protect_all",
]
