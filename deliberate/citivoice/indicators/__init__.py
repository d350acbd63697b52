"""Indicators: pure functions from fact tables to values with their intervals."""
