"""Made-up events of the made-up municipalities, to stand beside the charts."""

from __future__ import annotations

from pathlib import Path

FILE = "gebeurtenissen.yaml"

_WRITTEN = """\
# Wat er in een schooljaar gebeurde. Staat bij grafieken door de jaren; verklaart niets.
gebeurtenissen:
  - schooljaar: 2022/2023
    tekst: Nieuw contract voor schoolmaatschappelijk werk in beide gemeenten
    themas: [bereik, proces, inzet]
  - schooljaar: 2023/2024
    tekst: Start van Zorg In School op de eerste scholen
  - schooljaar: 2024/2025
    niveau: gemeente
    gebied: GM9901
    tekst: Nieuwe afspraken over schorsen met de schoolbesturen
    themas: [schorsingen]
"""


def write(folder: Path) -> Path:
    """Write the events of the demo into a work folder."""
    path = folder / FILE
    path.write_text(_WRITTEN, "utf-8", newline="\n")
    return path
