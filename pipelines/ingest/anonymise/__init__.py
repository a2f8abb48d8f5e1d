"""At the supplier's own desk: `story` tells it; `treatments`, `key`, `report` are its steps."""
