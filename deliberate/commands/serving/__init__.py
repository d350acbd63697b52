"""The processes of `deliberate serve`: servers on one port, and one that runs the jobs."""
