"""Files of leaf hashes, written daily up to the newest published tree head."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.file_storage import file_storage
from deliberate.sealing.head_publishing import published_size
from deliberate.sealing.merkle_proofs import leaf_hashes_between

LEAF_FOLDER = "leaves"
LEAVES_PER_QUERY = 65536


def write_leaf_file(log_path: Path) -> str | None:
    """Write the leaf hashes that no file contains yet; return the file name, None without any.

    The name contains the first and the last position.
    """
    folder = log_path / LEAF_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    session: Session = db.session()
    session.rollback()
    first, stop = _next_position(log_path), published_size(session)
    if first >= stop:
        return None
    name = f"{first:09d}-{stop - 1:09d}.txt"
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix="writing-")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        for leaf in _leaves(session, first, stop, log_path):
            file.write(leaf.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o444)
    file_storage().save(Path(temporary), folder / name)
    return name


def leaf_files(log_path: Path) -> list[Path]:
    """Return the files of leaf hashes, oldest first; `fetch_file` copies one to its path."""
    folder = log_path / LEAF_FOLDER
    return [folder / name for name in file_storage().names(folder) if _NAME.fullmatch(name)]


_NAME = re.compile("[0-9]+-[0-9]+[.]txt")


def _next_position(log_path: Path) -> int:
    files = leaf_files(log_path)
    return int(files[-1].stem.split("-")[1]) + 1 if files else 0


def _leaves(session: Session, first: int, stop: int, log_path: Path) -> Iterator[bytes]:
    for start in range(first, stop, LEAVES_PER_QUERY):
        end = min(start + LEAVES_PER_QUERY, stop)
        yield from leaf_hashes_between(session, start, end, log_path)
