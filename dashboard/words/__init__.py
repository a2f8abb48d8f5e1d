"""How figures read: numbers, intervals, hidden cells, conclusions, what a chart says aloud."""
