"""Reading the text of papers and of people: cleaning, tokens, TeX, summaries."""
