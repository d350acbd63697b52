"""The framework as data: dimensions, criteria, indicators, goalposts, questions and sentences."""
