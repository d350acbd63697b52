"""The source of verify.py, which people download and run without this package."""

from importlib.resources import files


def verifier_program() -> str:
    """Return the source of the standalone verifier."""
    return files("deliberate.sealing").joinpath("verifier.py").read_text("utf-8")
