"""Attacks on a release, by readers who see the released files and know how tables add up.

Nothing here knows how figures were protected: this room imports nothing of `pipelines.release`,
and shares no code with it. What an attacker knows stands in `knowledge`; what it works out in
`attacks`; `referee` holds that to the truth, which no attacker sees.
"""
