"""What a process loads when it starts: libraries of few requests and of jobs wait for their use."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import pytest

from tests.structure.source_tree import ROOT

HEAVY = ("numpy", "scipy", "duckdb", "pyarrow", "PIL", "icalendar", "holidays", "huey", "redis")
STARTED = """
import sys, tempfile
from deliberate import create_app
from deliberate.commands.startup import migrate_stores
from deliberate.config import Settings
app = create_app(Settings(mode="test", data_dir=tempfile.mkdtemp()))
migrate_stores(app)
assert app.test_client().get("/id/").status_code == 200
print(*sys.modules)
"""
REQUESTED = """
import sys, tempfile
from deliberate import create_app
from deliberate.commands.startup import migrate_stores
from deliberate.config import Settings
from deliberate.operations.documents.versions import DraftEntry, open_document
from deliberate.queries.scores.process_scores import requested_process_ids
from tests import factories
from tests.client import signed_in_client, submit_form
from deliberate.vocabulary import Role
DRAFT = DraftEntry("Naskah", "id", "Pasal 1\\nSatu dua tiga.")
app = create_app(Settings(mode="test", data_dir=tempfile.mkdtemp()))
migrate_stores(app)
with app.app_context():
    institution = factories.create_institution()
    process = factories.create_process(institution)
    evaluator = factories.create_staff(institution, Role.EVALUATOR)
    staff = factories.create_staff(institution)
    path = f"/en/scores/{process.slug}"
    process_id, browser = process.id, signed_in_client(app, evaluator)
    assert submit_form(browser, path, to=f"{path}/computation").status_code == 303
    assert "being computed" in browser.get(path).text
    assert requested_process_ids() == [process_id]
    document_id = open_document(staff, process, DRAFT).id
    assert browser.get(f"/en/documents/{document_id}/report.csv").status_code == 200
    assert browser.get(f"/en/documents/{document_id}/report/units.csv").status_code == 200
print(*sys.modules)
"""


def loaded_by(program: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


def test_process_that_has_served_a_page_has_loaded_no_heavy_library():
    loaded = loaded_by(STARTED)
    assert "deliberate.views.scores.scoreboard" in loaded
    assert not loaded & set(HEAVY)


def test_process_that_takes_requests_of_scores_and_tables_has_not_loaded_what_computes_them():
    assert not loaded_by(REQUESTED) & {"numpy", "scipy", "duckdb", "pyarrow"}


def test_help_loads_neither_the_application_nor_a_database():
    loaded = loaded_by(
        "import sys; from deliberate.commands import cli; from click.testing import CliRunner\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0; print(*sys.modules)"
    )
    assert "deliberate.commands" in loaded
    assert not loaded & {*HEAVY, "sqlalchemy", "deliberate.views", "deliberate.models"}


@pytest.mark.parametrize("package", ["deliberate.citivoice", "deliberate.sealing"])
def test_every_name_of_a_package_is_found_where_it_is_declared(package):
    module = import_module(package)
    names = {name for group in module._MODULES.values() for name in group}
    assert names <= set(module.__all__)
    # A module of the package, once imported, hides a name that equals its own.
    assert not [name for name in names if find_spec(f"{package}.{name}")]
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = module.nothing


@pytest.mark.parametrize("package", ["deliberate.citivoice", "deliberate.sealing"])
def test_every_name_that_a_package_imports_late_is_found(package):
    module = import_module(package)
    assert all(getattr(module, name) is not None for name in module.__all__)


def _lazy_packages() -> Iterator[str]:
    for path in sorted((ROOT / "deliberate").rglob("__init__.py")):
        if "lazy_names(" in path.read_text(encoding="utf-8"):
            yield ".".join(path.parent.relative_to(ROOT).parts)


@pytest.mark.parametrize("package", list(_lazy_packages()))
def test_every_name_that_is_imported_at_its_first_use_is_there(package: str) -> None:
    module = import_module(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
