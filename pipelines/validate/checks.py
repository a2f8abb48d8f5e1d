"""Contract -> neutral checks: one SQL predicate each, true where a row breaks the promise.

A check knows nothing of the engine that runs it. The same list drives the quarantine, the Great
Expectations suite and the feedback, so that none of them can say something else.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from pipelines.contracts import Contracts, Dataset
from pipelines.ingest.marks import Mark
from pipelines.validate.check import Check
from pipelines.validate.column_checks import Judged, column_checks
from pipelines.validate.key_checks import unique, unique_elsewhere


def checks(
    dataset: Dataset,
    contracts: Contracts,
    *,
    filled: Set[str],
    delivery: str = "",
    supplier: str = "",
    replaces: Sequence[str] = (),
    marks: Sequence[Mark] = (),
) -> tuple[Check, ...]:
    """All checks of a dataset, in the order of the contract.

    `filled`: datasets with at least one loaded row; a reference to any other cannot be judged.
    `delivery` and `replaces`: ids of this delivery and of those it replaces, whose keys are free to
    come back. `supplier`: who gave out its numbers. `marks`: what cleaning has to report about
    this delivery's layout.
    """
    of_columns = [
        check
        for column in dataset.columns
        for check in column_checks(
            Judged(
                dataset, column, contracts, filled, [m for m in marks if m.column == column.name]
            )
        )
    ]
    of_keys = (
        (unique(dataset), unique_elsewhere(dataset, (delivery, *replaces), supplier))
        if dataset.keys
        else ()
    )
    of_rows = (
        Check(
            id=f"{dataset.id}.{rule.id}",
            sort="regel",
            severity=rule.severity,
            dimension=rule.dimension,
            columns=rule.columns,
            fails=rule.fails,
            message=rule.message,
            remedy=rule.remedy,
            owner=rule.owner,
        )
        for rule in dataset.rules
    )
    return (*of_columns, *of_keys, *of_rows)
