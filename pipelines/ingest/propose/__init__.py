"""A proposal for a layout: `story` tells it; `cells`, `wide`, `scores`, `labels` are its steps."""
