"""The folder in which all processes of a server count requests, also those of a restart."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from deliberate.extensions import metrics_lock

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
    merge_ended()
    try:
        yield
    finally:
        if os.environ.get(_OWN_FOLDER) == str(folder):
            shutil.rmtree(folder, ignore_errors=True)


MERGED_TYPES = ("counter", "histogram")
_ENDED = "ended"


def merge_ended() -> None:
    """Add the counts of processes that have ended into one file, and delete their files.

    Otherwise each restart leaves files that every scrape reads.
    """
    folder = Path(os.environ[_FOLDER])
    with metrics_lock(folder, is_writing=True):
        for kind in MERGED_TYPES:
            ended = [file for file in folder.glob(f"{kind}_*.db") if _is_of_ended_process(file)]
            if ended:
                _merge(ended, folder / f"{kind}_{_ENDED}.db")


def _is_of_ended_process(file: Path) -> bool:
    pid = file.stem.rpartition("_")[2]
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _merge(files: list[Path], target: Path) -> None:
    """Write the sums of files, and of those merged before, in place of them."""
    # Imported here: the library reads the name of the folder at its import. It has no types.
    mmaped_dict: Any = import_module("prometheus_client.mmap_dict").MmapedDict
    sums: dict[str, float] = {}
    for file in (*files, *([target] if target.exists() else [])):
        if file.stat().st_size:
            for key, value, *_ in mmaped_dict.read_all_values_from_file(file):
                sums[key] = sums.get(key, 0.0) + value
    temporary = target.with_name(f".{target.name}")
    temporary.unlink(missing_ok=True)
    written = mmaped_dict(str(temporary))
    for key, value in sums.items():
        written.write_value(key, value, 0.0)
    written.close()
    temporary.replace(target)
    for file in files:
        file.unlink()
