"""Inputs of the scoring: a log, the process it belongs to, or a research release."""
