"""Build a release of the sample city and let ConvoKit and pm4py read it: `make readers`.

    python -m tests.readers [--keep FOLDER]

Both are large and have dependencies of their own, so they are installed in a separate environment,
which is temporary unless --keep is given.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from deliberate import clock
from deliberate.exports.formats import FORMATS
from deliberate.exports.release_builder import build_release
from deliberate.queries.processes.processes import get_process
from tests.databases import release_connections
from tests.sample_city import CITY_NOW, build_city, create_city_app

HERE = Path(__file__).parent
READERS = ("pm4py>=2.7,<2.8", "scikit-learn", "requests", "pyyaml", "pymongo", "dill", "joblib")
CORPUS = ("convokit>=5,<6", "msgpack-numpy", "dnspython", "tqdm")
"""Installed without dependencies: the corpus loader needs none of ConvoKit's language models."""


def build_city_release(folder: Path) -> Path:
    """Return the folder of a release of the sample city with every format."""
    app = create_city_app(build_city(folder / "city"))
    with app.app_context(), clock.override_now(CITY_NOW):
        process = get_process("kipp-1a")
        assert process is not None
        build_release(process, folder / "release", formats=tuple(FORMATS))
    release_connections(app)
    return folder / "release"


def install_readers(folder: Path) -> Path:
    """Return a Python interpreter with the readers installed."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, *READERS], check=True)
    subprocess.run([*install, "--no-deps", *CORPUS], check=True)
    return python


def main() -> int:
    """Return 0 if the readers read the whole release."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="install the readers here and leave them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        python = install_readers(arguments.keep or Path(temporary) / "readers")
        release = build_city_release(Path(temporary))
        program = [str(python), str(HERE / "reading.py"), str(release)]
        return subprocess.run(program, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
