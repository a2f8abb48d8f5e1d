"""Wrong usage is told in Dutch, and with --json as a document too."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.commands import zichtlijn

ENGLISH = re.compile(
    r"\b(no such|missing|option|argument|requires|invalid|value|should|does not|unexpected|did you"
    r" mean|possible|usage|error)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("chek",), "Opdracht 'chek' bestaat niet. Bedoelt u 'check'?"),
        (("zzz",), "Opdracht 'zzz' bestaat niet."),
        (("layout", "neww"), "Opdracht 'neww' bestaat niet. Bedoelt u 'new'?"),
        (("check",), "Er ontbreekt iets: 'FILE...'."),
        (("check", "--feedbak", "x", "a"), "Optie --feedbak bestaat niet. Bedoelt u --feedback?"),
        (("check", "--qqq", "a"), "Optie --qqq bestaat niet."),
        (("check", "--feedback"), "Zet achter '--feedback' een waarde."),
        (("report",), "Optie '--out' ontbreekt."),
        (("demo-data", "x", "--seed", "abc"), "Bij '--seed' hoort een geheel getal."),
        (("accept", "r", "--until", "morgen"), "Bij '--until' hoort een datum, als jjjj-mm-dd."),
        (("metrics", "een", "twee"), "Dit is te veel: een twee."),
        (("metrics", "--json=ja"), "Achter '--json' hoort geen waarde."),
    ],
)
def test_wrong_usage_is_told_in_dutch(asked: tuple[str, ...], says: str) -> None:
    said = zichtlijn(*asked)
    assert (said.returncode, said.stdout) == (2, "")
    assert f"Onjuist gebruik: {says}" in said.stderr
    assert not ENGLISH.search(said.stderr.partition("\n")[0])


def test_with_json_what_went_wrong_is_a_document(tmp_path: Path) -> None:
    for asked in (("run", tmp_path / "weg"), ("show", "smw_bereik", "--workdir", tmp_path / "weg")):
        said = zichtlijn(*asked, "--json")
        told = json.loads(said.stdout)["error"]
        assert told["exit"] == said.returncode == 2
        assert told["message"] in said.stderr.replace("\n", " ")
    assert json.loads(zichtlijn("metrics", "een", "--json").stdout)["error"]["exit"] == 2
    assert "error" not in json.loads(zichtlijn("metrics", "--json").stdout)
