"""What the pipeline published, and the only way to read it; and files beside it."""
