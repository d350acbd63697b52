"""The REDUCE stage: SQL steps that count the rows of a log into fact tables."""
