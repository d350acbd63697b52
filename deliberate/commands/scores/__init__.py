"""Commands on scores: of a process, of releases side by side, and on the framework itself."""
