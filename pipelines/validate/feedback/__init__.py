"""What goes back to the supplier: the report, the workbook and the page, in that order."""
