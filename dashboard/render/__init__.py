"""On screen: figures, markup, style, and files of a figure."""
