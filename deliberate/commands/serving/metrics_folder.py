"""The folder in which all processes of a server count requests, also those of a restart."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library for metrics reads this variable when it is imported."""
_OWN_FOLDER = "SERVE_METRICS_FOLDER"


@contextmanager
def shared_metrics(is_restart: bool) -> Iterator[None]:
    """Have a folder for metrics inside the block: one that the operator names, or one of our own.

    Only our own is removed at the end. One that is named loses the counts of earlier runs.
    """
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = os.environ[_OWN_FOLDER] = tempfile.mkdtemp(
            prefix="deliberate-metrics-"
        )
    folder = Path(os.environ[_FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    for path in () if is_restart else folder.glob("*.db"):
        path.unlink()
    try:
        yield
    finally:
        if os.environ.get(_OWN_FOLDER) == str(folder):
            shutil.rmtree(folder, ignore_errors=True)
