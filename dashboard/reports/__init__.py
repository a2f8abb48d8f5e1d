"""Reports: slides, paper and workbooks from the same frames, words and protection as the pages."""
