"""The JUDGE stage: indicators to criteria, dimensions, headline and comparisons."""
