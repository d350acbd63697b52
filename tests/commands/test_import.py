"""`deliberate import` says in one line what went in, and in one line what did not."""

import json

import pytest
from sqlalchemy import func, select, text

from deliberate.database import db, unrecorded
from deliberate.imports import import_run as run
from deliberate.models import Interaction
from tests.imports.import_files import comment_row, write_decidim, proposal_row


@pytest.fixture
def bring(app, tmp_path, monkeypatch):
    """Runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_it(*words):
        return app.test_cli_runner().invoke(args=["import", *map(str, words)])

    return run_it


def test_import_command_prints_counts_and_seals(bring, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5), comment_row(6, parent_id=404)])
    result = bring("decidim", tmp_path, "--process", "taman")
    assert result.exit_code == 0, result.output
    assert "1 proposals, 2 comments (1 without their parent), 0 responses read" in result.output
    assert "3 acts new, 0 rows rejected" in result.output
    assert db.session.scalar(select(func.count(Interaction.seq))) == 4
    assert not (tmp_path / "rejects.csv").exists()


def test_import_command_prints_a_json_summary(bring, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)])
    told = json.loads(bring("decidim", tmp_path, "--process", "taman", "--json").stdout)
    assert (told["process"], told["acts"], told["sealed"], told["rejected"]) == ("taman", 2, 3, 0)
    again = json.loads(bring("decidim", tmp_path, "--process", "taman", "--json").stdout)
    assert (again["acts"], again["sealed"], again["acts_per_second"]) == (0, 0, 0)


def test_import_command_writes_rejected_rows_and_imports_the_rest(bring, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, created_at="x"), comment_row(6)])
    result = bring("decidim", tmp_path, "--process", "taman")
    assert result.exit_code == 1
    said = "deliberate: 1 rows are in rejects.csv; first: comments.csv line 2: created_at: 'x' is"
    assert said in result.stderr
    assert "comments.csv,2," in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert "1 comments" in result.stdout


def test_import_command_writes_rejects_to_the_given_file(bring, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, created_at="x")])
    bring("decidim", tmp_path, "--process", "taman", "--rejects", tmp_path / "keluar.csv")
    assert (tmp_path / "keluar.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-folder", "--process", "taman"], "no-such-folder/proposals.csv: No such file"),
        ([".", "--process", "Taman"], "--process: 'Taman' is no short name"),
        ([".", "--process", "t", "--timezone", "X"], "'X' is no time zone"),
        ([".", "--process", "t", "--platform-accounts", "x.csv"], "x.csv: No such file"),
        ([".", "--process", "t", "--rejects", "no/such.csv"], "no/such.csv: No such file"),
    ],
)
def test_import_command_reports_errors_in_one_line_and_imports_nothing(
    bring, tmp_path, words, said
):
    write_decidim(tmp_path, [proposal_row(1)], [comment_row(5, created_at="x")])
    result = bring("decidim", *words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("deliberate: ") and said in result.stderr
    assert db.session.scalar(select(func.count(Interaction.id))) == 0


def test_import_command_reads_a_custom_profile(bring, tmp_path):
    (tmp_path / "ideas.csv").write_text("nr;what;on\n7;Taman;2020-01-01\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(
        'platform = "mine"\nlabel = "x"\ntitle = "Mine"\ntimezone = "UTC"\nlanguage = "id"\n'
        'carries = ["RS4"]\n[proposals]\nfile = "ideas.csv"\ndelimiter = ";"\nid = "nr"\n'
        'title = "what"\nat = "on"\n',
        encoding="utf-8",
    )
    result = bring("own", tmp_path, "--profile", "mine.toml", "--process", "mine")
    assert result.exit_code == 0, result.output
    assert "mine: 1 proposals" in result.output


def test_import_command_asks_to_run_again_after_a_database_error(bring, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [])
    with unrecorded("test settings") as session:
        session.execute(text("ALTER TABLE proposal_version RENAME TO elsewhere"))
    result = bring("decidim", tmp_path, "--process", "taman")
    with unrecorded("test settings") as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO proposal_version"))
    assert result.exit_code == 1
    assert "run it again and it goes on from there" in result.stderr


def test_import_command_refuses_a_concurrent_import(bring, tmp_path, monkeypatch):
    write_decidim(tmp_path, [proposal_row(1)], [])
    begin = run.prepare_import

    def meanwhile(order):
        work = begin(order)
        begin(order).run()
        return work

    monkeypatch.setattr("deliberate.commands.import_data.prepare_import", meanwhile)
    result = bring("decidim", tmp_path, "--process", "taman")
    assert result.exit_code == 1
    assert "another import wrote into this process" in result.stderr


def test_import_command_refuses_a_newer_database(bring, tmp_path):
    write_decidim(tmp_path, [proposal_row(1)], [])
    with unrecorded("test settings") as session:
        newest = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    result = bring("decidim", tmp_path, "--process", "taman")
    with unrecorded("test settings") as session:
        session.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": newest})
    assert result.exit_code == 1
    assert "a newer version made it" in result.stderr
