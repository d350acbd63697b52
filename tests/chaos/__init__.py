"""What holds when something breaks: `python -m tests.chaos` for long, two kills in every run."""
