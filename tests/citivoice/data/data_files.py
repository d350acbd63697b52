"""Copies of the three data files, to be changed by a test."""

import shutil
from pathlib import Path

from deliberate.citivoice.framework import catalogue


def copied(folder: Path) -> Path:
    """The data files as they are."""
    for name in catalogue.FILES:
        shutil.copy(str(catalogue.data_folder() / name), folder)
    return folder


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
