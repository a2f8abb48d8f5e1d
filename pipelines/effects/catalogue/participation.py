"""What is known of a participation itself, for the promises that are about it."""

from __future__ import annotations

from pipelines.effects.outcomes import PerPupil

AT_START = "Het kenmerk bij de deelname; van vóór de start is het niet bekend."

ONE_PLAN = PerPupil(
    id="een_plan",
    suffix="",
    unit="procentpunten met één plan",
    subject="Onderwijs en zorg in één plan",
    column="een_plan",
    kind="ja_nee",
    needed="per deelname of onderwijs en zorg in één plan staan, ook van vóór de start"
    " (dataset zis_deelnames)",
)
