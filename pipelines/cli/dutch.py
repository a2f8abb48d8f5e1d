"""What Typer says about wrong usage, in Dutch."""

from __future__ import annotations

import re

from typer.exceptions import TyperException

_SAID = tuple(
    (re.compile(pattern, re.DOTALL), dutch)
    for pattern, dutch in (
        (r"No such command (?P<a>.+?)\. Did you mean (?P<b>.+)\?", "Opdracht {a} bestaat niet."
         " Bedoelt u {b}?"),
        (r"No such command (?P<a>.+)\.", "Opdracht {a} bestaat niet."),
        (r"No such option: (?P<a>\S+) \(Possible options: (?P<b>.+)\)",
         "Optie {a} bestaat niet. Bedoelt u {b}?"),
        (r"No such option: (?P<a>\S+)(?: Did you mean (?P<b>.+)\?)?", "Optie {a} bestaat niet."),
        (r"Missing command\.", "Er ontbreekt een opdracht."),
        (r"Missing argument (?P<a>'[^']+')\.(?P<b>.*)", "Er ontbreekt iets: {a}."),
        (r"Missing option (?P<a>'[^']+')\.(?P<b>.*)", "Optie {a} ontbreekt."),
        (r"Option (?P<a>.+) requires (?:an argument|\d+ arguments)\.",
         "Zet achter {a} een waarde."),
        (r"Option (?P<a>.+) does not take a value\.", "Achter {a} hoort geen waarde."),
        (r"Got unexpected extra arguments?(?:\(s\))? \((?P<a>.+)\)", "Dit is te veel: {a}."),
        (r"Invalid value for (?P<a>.+?): .*does not match the formats? (?P<b>.+)\.",
         "Bij {a} hoort een datum, als jjjj-mm-dd."),
        (r"Invalid value for (?P<a>.+?): .*valid integer.*", "Bij {a} hoort een geheel getal."),
        (r"Invalid value for (?P<a>.+?): .*valid (?:number|float).*", "Bij {a} hoort een getal."),
        (r"Invalid value for (?P<a>.+?): .*does not exist\.?", "Wat bij {a} staat, bestaat niet."),
        (r"Invalid value for (?P<a>.+?): .*", "Wat bij {a} staat, kan niet."),
    )
)  # fmt: skip


def told(wrong: TyperException) -> str:
    """The sentence of an exception; what is not known to be said is told as it is."""
    said = wrong.format_message()
    for pattern, dutch in _SAID:
        if found := pattern.fullmatch(said):
            return dutch.format(**found.groupdict())
    return said


def is_help(wrong: TyperException) -> bool:
    """Whether nothing was asked, so that the sentence is the help of a command."""
    return type(wrong).__name__ == "NoArgsIsHelpError"
