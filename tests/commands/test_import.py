"""Test `deliberate import`: counts, rejected rows and errors."""

import json

import pytest
from sqlalchemy import func, select, text

from deliberate.database import db, unrecorded
from deliberate.imports.import_run import prepare_import
from deliberate.models import Interaction, Position
from tests.imports.import_files import comment_row, proposal_row, write_decidim


@pytest.fixture
def run_import(app, tmp_path, monkeypatch):
    """Return a function that runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        given = ["import", *map(str, arguments), "--licence", "CC-BY-4.0"]
        return app.test_cli_runner().invoke(args=given)

    return run


def test_import_command_prints_counts_and_seals(run_import, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5), comment_row(6, parent_id=404)])
    result = run_import("decidim", tmp_path, "--process", "taman")
    assert result.exit_code == 0, result.output
    assert "1 proposals, 2 comments (1 without their parent), 0 responses read" in result.output
    assert "3 acts new, 0 rows rejected" in result.output
    assert db.session.scalar(select(func.count(Position.seq))) == 4
    assert not (tmp_path / "rejects.csv").exists()


def test_import_command_prints_a_json_summary(run_import, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)])
    summary = json.loads(run_import("decidim", tmp_path, "--process", "taman", "--json").stdout)
    assert (summary["process"], summary["acts"], summary["sealed"], summary["rejected"]) == (
        "taman",
        2,
        3,
        0,
    )
    again = json.loads(run_import("decidim", tmp_path, "--process", "taman", "--json").stdout)
    assert (again["acts"], again["sealed"], again["acts_per_second"]) == (0, 0, 0)


def test_import_command_writes_rejected_rows_and_imports_the_rest(run_import, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, created_at="x"), comment_row(6)])
    result = run_import("decidim", tmp_path, "--process", "taman")
    assert result.exit_code == 1
    message = (
        "deliberate: 1 rows are in rejects.csv; first: comments.csv line 2: created_at: 'x' is"
    )
    assert message in result.stderr
    assert "comments.csv,2," in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert "1 comments" in result.stdout


def test_import_command_writes_rejects_to_the_given_file(run_import, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, created_at="x")])
    run_import("decidim", tmp_path, "--process", "taman", "--rejects", tmp_path / "keluar.csv")
    assert (tmp_path / "keluar.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-folder", "--process", "taman"], "no-such-folder/proposals.csv: No such file"),
        ([".", "--process", "Taman"], "--process: 'Taman' is not a valid slug"),
        ([".", "--process", "t", "--timezone", "X"], "'X' is not a valid time zone"),
        ([".", "--process", "t", "--platform-accounts", "x.csv"], "x.csv: No such file"),
        ([".", "--process", "t", "--rejects", "no/such.csv"], "no/such.csv: No such file"),
    ],
)
def test_import_command_reports_errors_in_one_line_and_imports_nothing(
    run_import, tmp_path, arguments, message
):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, created_at="x")])
    result = run_import("decidim", *arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("deliberate: ") and message in result.stderr
    assert db.session.scalar(select(func.count(Interaction.id))) == 0


def test_import_command_reads_a_custom_profile(run_import, tmp_path):
    (tmp_path / "ideas.csv").write_text("nr;what;on\n7;Taman;2020-01-01\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(
        'platform = "mine"\nlabel = "x"\ntitle = "Mine"\ntimezone = "UTC"\nlanguage = "id"\n'
        'carries = ["RS4"]\n[proposals]\nfile = "ideas.csv"\ndelimiter = ";"\nid = "nr"\n'
        'title = "what"\nat = "on"\n',
        encoding="utf-8",
    )
    result = run_import("own", tmp_path, "--profile", "mine.toml", "--process", "mine")
    assert result.exit_code == 0, result.output
    assert "mine: 1 proposals" in result.output


def test_import_command_asks_to_run_again_after_a_database_error(run_import, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [])
    with unrecorded("test settings") as session:
        session.execute(text("ALTER TABLE proposal_version RENAME TO elsewhere"))
    result = run_import("decidim", tmp_path, "--process", "taman")
    with unrecorded("test settings") as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO proposal_version"))
    assert result.exit_code == 1
    assert "run it again and it continues from there" in result.stderr


def test_import_command_refuses_a_concurrent_import(run_import, tmp_path, monkeypatch):
    write_decidim(tmp_path, [proposal_row(1)], [])

    def prepare_after_another(request):
        pending_import = prepare_import(request)
        prepare_import(request).run()
        return pending_import

    monkeypatch.setattr("deliberate.commands.import_data.prepare_import", prepare_after_another)
    result = run_import("decidim", tmp_path, "--process", "taman")
    assert result.exit_code == 1
    assert "another import wrote into this process" in result.stderr


def test_import_command_refuses_a_newer_database(run_import, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [])
    with unrecorded("test settings") as session:
        newest = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    result = run_import("decidim", tmp_path, "--process", "taman")
    with unrecorded("test settings") as session:
        session.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": newest})
    assert result.exit_code == 1
    assert "a newer version made it" in result.stderr
