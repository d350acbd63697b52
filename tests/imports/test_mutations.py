"""A fixed part of the mutated profiles and files; `python -m tests.imports.mutations` runs all."""

import random

from deliberate import sealing
from deliberate.database import db
from deliberate.imports import profiles
from deliberate.imports.import_run import ImportRequest, prepare_import
from deliberate.imports.source import UnreadableSource
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.computed_scores import compute_scores
from tests.imports.mutations import CSV, PROFILE, mutate, run


def test_mutated_profiles_and_files_are_read_or_refused_in_one_line():
    outcomes = run(20, 80, 160)
    assert outcomes["read"] > 20 and outcomes["refused"] > 20
    assert outcomes.total() == 240


def import_mutant(rng, folder, slug):
    """Import files of which one is changed; return the slug, or None if they are refused."""
    changed = rng.choice([*CSV, "own.toml"])
    for name, content in {**CSV, "own.toml": PROFILE}.items():
        data = content.encode()
        (folder / name).write_bytes(mutate(rng, data) if name == changed else data)
    try:
        request = ImportRequest(profiles.load_profile(folder / "own.toml"), folder, slug)
        prepare_import(request).run()
    except UnreadableSource:
        return None
    return slug


def test_mutants_that_are_imported_can_be_verified_and_scored(make_sqlite_app, tmp_path):
    rng = random.Random(7)
    app = make_sqlite_app()
    with app.app_context():
        imported = [p for n in range(40) if (p := import_mutant(rng, tmp_path, f"mutan-{n}"))]
        sealing.seal_log(app.config["SETTINGS"])
        assert sealing.verify_log() == []
        for slug in imported:
            compute_scores(get_process(slug))
        assert len(imported) > 5
        db.session.remove()
