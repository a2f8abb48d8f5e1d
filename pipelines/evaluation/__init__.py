"""The yearly evaluation, sent out: forms to fill in, and surveys for LimeSurvey to import."""
