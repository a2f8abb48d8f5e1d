"""The pages, one module each. A page asks one question and answers it on top."""
