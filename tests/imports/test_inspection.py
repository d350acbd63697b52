"""Test `deliberate import inspect`: columns with samples, and a profile that can be loaded."""

import json

import pytest

from deliberate.commands import cli
from deliberate.imports import profiles
from deliberate.imports.import_run import ImportRequest, prepare_import
from deliberate.imports.inspection import describe, guess_profile, inspect_files
from tests.imports.test_formats_of_platforms import CONSUL_COMMENTS, CONSUL_PROPOSALS, IDEAS
from tests.imports.test_reported_faults import (
    DECIDIM_029,
    EXPORT_COMMENTS,
    PAM,
    PAM_COMMENTS,
    pam_row,
)


def load_guess(folder, **files):
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    path = folder / "guessed.toml"
    path.write_text(guess_profile(inspect_files(folder)), encoding="utf-8")
    return profiles.load_profile(path)


def test_guessed_profile_names_the_columns_of_both_sections(tmp_path):
    comments = PAM_COMMENTS + "1,1,,7,2016-03-28 02:30:00,<p>Setuju</p>,1\n"
    profile = load_guess(tmp_path, proposals__csv=PAM + pam_row(), comments__csv=comments)
    proposals = profile.proposals
    assert (proposals.id, proposals.title, proposals.at) == ("id", "title", "created_on")
    assert (proposals.author, proposals.supports, proposals.area) == (
        "author_id",
        "total_votes",
        "district",
    )
    assert profile.comments.proposal.column == "proposal_id"
    assert profile.comments.parent.column == "parent_id"
    assert profile.comments.stance.values == {"1": 0}


def test_guessed_profile_of_other_names_can_be_imported(app, tmp_path):
    profile = load_guess(tmp_path, p__csv=CONSUL_PROPOSALS, c__csv=CONSUL_COMMENTS)
    summary = prepare_import(ImportRequest(profile, tmp_path, "tebakan")).run()
    assert summary.proposals == 1


@pytest.mark.parametrize(
    "content",
    [
        [{"id": 1, "title": "T", "created_at": "2024-01-01", "author": {"id": 3}, "body": "x"}],
        [{"attributes": {"id": 1, "title": "T", "createdAt": "2024-01-01", "text": 'a "b"'}}],
    ],
)
def test_guessed_profile_of_json_names_paths(tmp_path, content):
    profile = load_guess(tmp_path, p__json=json.dumps(content))
    assert profile.proposals.at.lower().endswith(("created_at", "createdat"))


def test_columns_are_shown_with_samples(tmp_path):
    (tmp_path / "ideas.csv").write_text(IDEAS, encoding="utf-8")
    lines = describe(inspect_files(tmp_path / "ideas.csv"))
    assert lines[0] == "ideas.csv: 3 rows"
    assert "  judul: filled in 3; Halte | Coba | Taman" in lines


def test_what_could_not_be_guessed_is_marked(tmp_path):
    (tmp_path / "x.csv").write_text("alpha,beta\n1,2\n", encoding="utf-8")
    guessed = guess_profile(inspect_files(tmp_path))
    assert "# TO CHECK: id = the column with it" in guessed and "# not read: alpha, beta" in guessed


def test_inspect_command_writes_the_profile_once(app, tmp_path):
    (tmp_path / "ideas.csv").write_text(IDEAS, encoding="utf-8")
    arguments = ["import", "inspect", str(tmp_path / "ideas.csv"), "--profile", str(tmp_path / "p")]
    assert "the profile is in" in app.test_cli_runner().invoke(cli, arguments).stdout
    again = app.test_cli_runner().invoke(cli, arguments)
    assert again.exit_code == 2 and "exists; nothing was written" in again.stderr
    shown = app.test_cli_runner().invoke(cli, arguments[:3]).stdout
    assert "[proposals]" in shown


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_inspect_command_refuses_what_it_cannot_read(app, tmp_path, name):
    (tmp_path / "empty").mkdir()
    result = app.test_cli_runner().invoke(cli, ["import", "inspect", str(tmp_path / name)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_file_with_titles_is_guessed_to_be_that_of_proposals(tmp_path):
    comments = (
        EXPORT_COMMENTS + "1;2024-03-02 01:30:00 UTC;Ya.;7;1;12;Decidim::Proposals::Proposal;x\n"
    )
    profile = load_guess(tmp_path, comments__csv=comments, proposals__csv=DECIDIM_029)
    assert (profile.proposals.file, profile.comments.file) == ("proposals.csv", "comments.csv")
