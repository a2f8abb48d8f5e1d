"""What can go wrong, and in whose words.

A `UserError` is somebody's mistake or somebody's file: it carries one Dutch sentence and ends in
exit code 2 or 3, never in a traceback. Everything else that escapes is a bug in Zichtlijn.
No message ever carries a value of a person.
"""

from __future__ import annotations


class UserError(Exception):
    """A mistake a user can mend; the text is Dutch and is shown as it is."""


class UsageError(UserError):
    """The command was called wrongly (exit code 2)."""


class DeliveryRefused(UserError):
    """A delivery was refused whole (exit code 3); `rule` names why."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class ContractError(UserError):
    """A file in `data_contracts/` does not say what Zichtlijn needs; names file and place."""


class ReleaseRefused(UserError):
    """A release could not be certified and was not published; names the table."""
