"""Build a release of the sample city and let ConvoKit and pm4py read it: `make readers`.

    python -m tests.readers [--keep FOLDER]

They are large and have ranges of their own, so they are installed beside the house, in a folder
that passes unless it is kept.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from deliberate import clock
from deliberate.exports.formats import FORMATS
from deliberate.exports.release import build_release
from deliberate.queries.scores.process_scores import process_named
from tests.live_server import PRESENT, build_city, city_app, let_go

HERE = Path(__file__).parent
READERS = ("pm4py>=2.7,<2.8", "scikit-learn", "requests", "pyyaml", "pymongo", "dill", "joblib")
CORPUS = ("convokit>=5,<6", "msgpack-numpy", "dnspython", "tqdm")
"""Without their own requirements: the corpus loader needs none of ConvoKit's language models."""


def release_of_the_city(folder: Path) -> Path:
    """A release with every format."""
    app = city_app(build_city(folder / "city"))
    with app.app_context(), clock.set_to(PRESENT):
        process = process_named("kipp-1a")
        assert process is not None
        build_release(process, folder / "release", formats=tuple(FORMATS))
    let_go(app)
    return folder / "release"


def readers_in(folder: Path) -> Path:
    """A Python that has the readers."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, *READERS], check=True)
    subprocess.run([*install, "--no-deps", *CORPUS], check=True)
    return python


def main() -> int:
    """0 if they read it whole."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="install the readers here and leave them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        python = readers_in(given.keep or Path(passing) / "readers")
        release = release_of_the_city(Path(passing))
        program = [str(python), str(HERE / "reading.py"), str(release)]
        return subprocess.run(program, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
