"""Why a figure is what it is: the delivered rows behind it, counted and not counted."""
