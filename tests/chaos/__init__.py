"""Tests with killed servers and full disks; `python -m tests.chaos` runs the long version."""
