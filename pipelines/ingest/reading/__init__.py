"""Reading: one module per kind of file; `pipelines.ingest.read` is the way in."""
