"""Studies: sources, excerpts, settled differences, pledges and findings."""
