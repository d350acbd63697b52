"""Small files that once lost or changed something silently; each stands for its kind of fault."""

import json

import pytest
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.commands import cli
from deliberate.database import db
from deliberate.imports import profiles
from deliberate.imports.formats.convokit import PROFILE as CONVOKIT
from deliberate.imports.formats.convokit import read_corpus
from deliberate.imports.formats.polis_files import read_conversation
from deliberate.imports.import_run import ImportRequest, NothingToImport, prepare_import
from deliberate.imports.source import UnreadableSource
from deliberate.models import Comment, Interaction, Person, Process, Proposal
from tests.imports.import_files import run_import

PAM = "id,title,summary,author_id,created_on,total_votes,category,district,url,source,status\n"
PAM_COMMENTS = "id,proposal_id,parent_id,author_id,created_at,body_html,alignment\n"
EXPORT_COMMENTS = (
    "id;created_at;body;author/id;alignment;commentable_id;commentable_type;root_commentable_url\n"
)
OWN = """
platform = "lain"
label = "x"
title = "x"
timezone = "UTC"
language = "en"
carries = ["DQ1", "DQ3"]
[proposals]
file = "p.csv"
id = "id"
title = "title"
at = "created_at"
author = "author_id"
body = ["body"]
"""


def write(folder, **files):
    """Write files by their names with a double underscore for the dot."""
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(content, encoding="utf-8") if isinstance(content, str) else (
            path.write_bytes(content)
        )
    return folder


def import_own(folder, profile, slug="lain"):
    (folder / "own.toml").write_text(profile, encoding="utf-8")
    loaded = profiles.load_profile(folder / "own.toml")
    return prepare_import(ImportRequest(loaded, folder, slug)).run()


def import_corpus(folder):
    return prepare_import(ImportRequest(CONVOKIT, folder, "utas", reader=read_corpus)).run()


def proposals():
    return {p.source_id: p for p in db.session.scalars(select(Proposal))}


def comments():
    return {c.source_id: c for c in db.session.scalars(select(Comment))}


def pam_row(**columns):
    row = {
        "id": "1",
        "title": "Trotoar",
        "summary": "Teks",
        "author_id": "7",
        "created_on": "2016-03-27",
        "total_votes": "3",
        "category": "Jalan",
        "district": "Timur",
        "url": "https://k.example/1",
        "source": "citizen",
        "status": "accepted",
        **columns,
    }
    return ",".join(row[name] for name in PAM.strip().split(",")) + "\n"


def test_decidim_title_without_language_is_read(app, tmp_path):
    write(
        tmp_path,
        proposals__csv="id;title;body;state;supports;published_at;url\n"
        "12;Trotoar teduh;Pohon di jalan.;accepted;41;2024-03-01 10:00:00 UTC;https://k.example/f/3/proposals/12\n",
        comments__csv=EXPORT_COMMENTS,
    )
    run_import("decidim-export", tmp_path)
    proposal = proposals()["12"]
    assert (proposal.title, proposal.body, proposal.support_count) == (
        "Trotoar teduh",
        "Pohon di jalan.",
        41,
    )
    assert proposal.decision == "accepted"


def test_decidim_body_column_that_is_missing_is_refused_by_name(app, tmp_path):
    write(tmp_path, proposals__csv="id;title;published_at;url\n", comments__csv=EXPORT_COMMENTS)
    with pytest.raises(UnreadableSource, match=r"proposals\.csv: no column body/\*"):
        run_import("decidim-export", tmp_path)


DECIDIM_029 = (
    "id;author/id;author/name;author/url;category/name/en;scope/name/en;title/en;body/en;state;"
    "answered_at;votes;published_at;url;is_amend;original_proposal/url;withdrawn;withdrawn_at;code\n"
    "12;7, 9;Ani, Citra;https://k.example/profiles/ani, https://k.example/profiles/citra;Roads;East;"
    "Shady pavement;Trees.;accepted;;41;2024-03-01 10:00:00 UTC;https://k.example/f/3/proposals/12;"
    "false;;false;;A\n"
    "13;7;Ani;https://k.example/profiles/ani;Roads;East;Old idea;Text.;withdrawn;;3;"
    "2024-03-01 11:00:00 UTC;https://k.example/f/3/proposals/13;false;;true;"
    "2024-03-05 08:00:00 UTC;B\n"
    "14;7;Rapat RW 3;https://k.example/f/9/meetings/7;Roads;East;From a meeting;Text.;;;0;"
    "2024-03-01 12:00:00 UTC;https://k.example/f/3/proposals/14;false;;false;;C\n"
    "15;8;Budi;https://k.example/profiles/budi;Roads;East;Amended;Text.;;;0;"
    "2024-03-02 12:00:00 UTC;https://k.example/f/3/proposals/15;true;"
    "https://k.example/f/3/proposals/12;false;;D\n"
    "16;1;Kota;https://k.example/;Roads;East;Official;Text.;;;0;"
    "2024-03-02 12:00:00 UTC;https://k.example/f/3/proposals/16;false;;false;;E\n"
)


@pytest.fixture
def decidim_029(app, tmp_path):
    on_amendment = (
        "2;2024-03-03 01:30:00 UTC;Ya.;7;0;15;Decidim::Proposals::Proposal;"
        "https://k.example/f/3/proposals/15\n"
    )
    write(
        tmp_path,
        proposals__csv=DECIDIM_029,
        comments__csv=EXPORT_COMMENTS
        + "1;2024-03-02 01:30:00 UTC;Setuju.;7;1;12;Decidim::Proposals::Proposal;"
        "https://k.example/f/3/proposals/12\n" + on_amendment,
    )
    return run_import("decidim-export", tmp_path)


def test_decidim_supports_topic_area_and_withdrawal_are_read(decidim_029):
    stored = proposals()
    assert (stored["12"].support_count, stored["12"].topic, stored["12"].area) == (
        41,
        "Roads",
        "East",
    )
    assert stored["12"].withdrawn_at is None and stored["13"].withdrawn_at.day == 5


def test_decidim_first_author_acts_and_the_others_are_named(decidim_029):
    people = {p.source.rpartition(":")[2] for p in db.session.scalars(select(Person)) if p.source}
    assert people == {"7"}
    (report, _comments) = decidim_029.report.files.values()
    assert report.co_authors == {"12": ["9"]}


def test_decidim_meetings_and_the_authority_are_no_people(decidim_029):
    stored = proposals()
    assert (stored["14"].author_id, stored["14"].initiator) == (None, "meeting")
    assert (stored["16"].author_id, stored["16"].initiator) == (None, "authority")


def test_decidim_amendments_and_their_comments_are_left_out_by_name(decidim_029):
    assert set(proposals()) == {"12", "13", "14", "16"} and set(comments()) == {"1"}
    of_proposals, of_comments = decidim_029.report.files.values()
    assert of_proposals.left_out["amendments"].lines == [5]
    assert of_comments.left_out["comments on amendments"].count == 1
    assert decidim_029.rejects == []


def test_columns_that_nothing_reads_are_named(decidim_029):
    (report, _comments) = decidim_029.report.files.values()
    assert report.unread_columns == ["author/name", "original_proposal/url", "code"]
    assert (report.rows, report.imported) == (5, 4)


def test_author_of_a_table_of_floats_is_one_person(app, tmp_path):
    write(
        tmp_path,
        proposals__csv=PAM + pam_row(author_id="7.0", total_votes="3.0"),
        comments__csv=PAM_COMMENTS + "1,1.0,,7,2016-03-28 02:30:00,<p>Setuju</p>,1.0\n",
    )
    run_import("decidim", tmp_path)
    assert db.session.scalar(select(func.count(Person.id)).where(Person.source.is_not(None))) == 1
    assert (proposals()["1"].support_count, comments()["1"].stance) == (3, 1)


POLIS_COMMENTS = (
    "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    "1600000000000,x,0,5,1,0,1,{}\n1600000001000,x,1,6,0,0,-1,Kalimat yang ditolak.\n"
)
POLIS_VOTES = "timestamp,datetime,comment-id,voter-id,vote\n1600000100000,x,0,7,1\n"


def test_polis_statement_that_is_too_long_is_refused_by_name(app, tmp_path):
    content = POLIS_COMMENTS.format("kata " * 300)
    conversation = read_conversation(write(tmp_path, comments__csv=content, votes__csv=POLIS_VOTES))
    first, second = conversation.rejects
    assert first.reason == "comment-body is longer than 1000 characters"
    assert second.reason == "comment-id 0 is in no row of comments.csv"


def test_polis_topic_is_read_as_csv(app, tmp_path):
    write(
        tmp_path,
        comments__csv=POLIS_COMMENTS.format("Halte perlu atap."),
        votes__csv=POLIS_VOTES,
        summary__csv='topic,"Halte, ""teduh"""\nurl,https://pol.is/x\n',
    )
    conversation = read_conversation(tmp_path)
    assert (conversation.topic, conversation.url) == ('Halte, "teduh"', "https://pol.is/x")


def utterance(name, conversation, speaker, parent, after, **meta):
    return {
        "id": name,
        "conversation_id": conversation,
        "speaker": speaker,
        "reply_to": parent,
        "timestamp": 1546300800 + after,
        "text": f"Kata {name}.",
        "meta": meta,
    }


def test_convokit_utterance_that_replies_to_nothing_begins_its_conversation(app, tmp_path):
    lines = [
        utterance("x", "conv-9", "u1", None, 0),
        utterance("y", "conv-9", "u2", "x", 100, stance=1.0),
        utterance("z", None, "u3", "y", 200),
    ]
    write(
        tmp_path,
        conversations__json='{"conv-9":{"meta":{"title":"Halte"}}}',
        speakers__json="{}",
        utterances__jsonl="".join(json.dumps(line) + "\n" for line in lines),
    )
    summary = import_corpus(tmp_path)
    assert (summary.proposals, summary.comments, summary.orphans) == (1, 2, 0)
    (proposal,) = proposals().values()
    assert (proposal.title, proposal.body) == ("Halte", "Kata x.")
    assert proposal.author_id is not None
    assert (comments()["y"].stance, comments()["z"].parent_id) == (1, comments()["y"].id)


JSON_ROW = {
    "id": 1,
    "title": {"en": "Shade", "id": "Teduh"},
    "created_at": "2024-01-01T00:00:00Z",
    "author_id": 3,
    "body": ["One.", "Two."],
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", json.dumps([JSON_ROW])),
        ("p.jsonl", json.dumps(JSON_ROW)),
        ("P.NDJSON", json.dumps(JSON_ROW)),
        ("p.json", json.dumps({"page": 1, "data": [JSON_ROW]})),
    ],
)
def test_json_language_maps_and_lists_are_read_as_text(app, tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    import_own(tmp_path, OWN)
    proposal = proposals()["1"]
    assert (proposal.title, proposal.body) == ("Shade", "One.\n\nTwo.")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("title", {"text": {"a": 1}}, "title: an object with text, not a text"),
        ("body", [{"a": 1}], "body: a list of objects, not a text"),
        ("author_id", [3, 4], "author_id: a list of 2 values where one id is needed"),
    ],
)
def test_json_object_that_is_no_text_is_rejected(app, tmp_path, column, value, reason):
    rows = [JSON_ROW, {**JSON_ROW, "id": 2, column: value}]
    (tmp_path / "p.json").write_text(json.dumps(rows), encoding="utf-8")
    summary = import_own(tmp_path, OWN)
    assert [(r.line, r.reason) for r in summary.rejects] == [(2, reason)]


def test_json_column_that_no_row_has_is_refused(app, tmp_path):
    (tmp_path / "p.jsonl").write_text(json.dumps(JSON_ROW), encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"p\.jsonl: no row has autor_id"):
        import_own(tmp_path, OWN.replace("author_id", "autor_id"))
    assert db.session.scalar(select(func.count(Process.id))) == 0


LOOMIO = [
    ("groups", {"id": 1, "name": "RW 3"}),
    ("users", {"id": 7, "name": "Ani"}),
    ("discussions", {"id": 12, "title": "Halte", "description": "Atap.", "author_id": 7}),
    (
        "comments",
        {"id": 31, "body": "Ya.", "user_id": 8, "parent_type": "Discussion", "parent_id": 12},
    ),
    (
        "comments",
        {"id": 32, "body": "Apa?", "user_id": 7, "parent_type": "Comment", "parent_id": 31},
    ),
]


def test_loomio_sections_take_the_rows_of_their_table(app, tmp_path):
    lines = [
        json.dumps({"table": table, "record": {**record, "created_at": f"2024-01-0{n}T00:00:00Z"}})
        for n, (table, record) in enumerate(LOOMIO, 1)
    ]
    (tmp_path / "export.json").write_text("\n".join(lines), encoding="utf-8")
    summary = run_import("loomio", tmp_path)
    assert (summary.proposals, summary.comments, summary.rejects) == (1, 2, [])
    assert comments()["32"].parent_id == comments()["31"].id
    of_proposals, of_comments = summary.report.files.values()
    assert (of_proposals.rows, of_proposals.others, of_comments.others) == (5, 4, 3)


def test_column_that_is_there_twice_is_refused_by_name(app, tmp_path):
    write(tmp_path, proposals__csv=PAM.replace("url", "url,url"), comments__csv=PAM_COMMENTS)
    with pytest.raises(UnreadableSource, match=r"column url is there 2 times \(columns 9, 10\)"):
        run_import("decidim", tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            'initiator = { column = "title", values = { T = "alien" } }\n',
            "proposals.initiator.values.T: 'alien' is none of our codes; "
            "allowed: authority, meeting, organisation, resident",
        ),
        ('delimiter = "||"\n', "proposals.delimiter: '||' is not one character"),
        (
            '[comments]\nfile = "c.csv"\nid = "id"\nat = "t"\nbody = "b"\n'
            'proposal = { column = "u", match = "[0-9]+" }\n',
            "comments.proposal.match: '[0-9]+' has no group in brackets, which would be the id",
        ),
        (
            '[comments]\nfile = "c.csv"\nid = "id"\nat = "t"\nbody = "b"\n'
            'stance = { column = "s", values = { yes = "for" } }\n',
            "comments.stance.values.yes: 'for' is none of our codes; allowed: -1, 0, 1",
        ),
        ("role = { otherwise = 3 }\n", "proposals.role.otherwise: 3 is none of our codes"),
        ("titel = 1\n", "proposals.titel: an unknown key; allowed: account, account_class"),
        ("supports = 4\n", "proposals.supports: 4 is not text"),
        ('markup = "md"\n', "proposals.markup: 'md' is none of ours; allowed: html, plain"),
    ],
)
def test_profile_value_that_means_nothing_is_refused_in_one_line(app, tmp_path, change, message):
    write(tmp_path, p__csv="id,title,created_at,author_id,body\n", own__toml=OWN + change)
    arguments = ["import", "own", str(tmp_path), "--profile", str(tmp_path / "own.toml")]
    arguments += ["--process", "lain", "--licence", "CC0-1.0"]
    result = app.test_cli_runner().invoke(cli, arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"own.toml: {message}" in result.stderr
    assert db.session.scalar(select(func.count(Process.id))) == 0


def test_profile_criterion_that_does_not_exist_is_refused(tmp_path):
    write(tmp_path, own__toml=OWN.replace("DQ3", "XX9"))
    with pytest.raises(
        UnreadableSource, match=r"carries: 'XX9' is not a criterion; allowed: .*DQ1"
    ):
        profiles.load_profile(tmp_path / "own.toml")


def test_rows_that_are_all_bad_are_reported_and_leave_nothing(app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [pam_row(id=str(n), created_on=f"{n}/03/2016") for n in range(20, 25)]
    write(tmp_path, proposals__csv=PAM + "".join(rows), comments__csv=PAM_COMMENTS)
    arguments = ["import", "decidim", ".", "--process", "taman", "--licence", "CC0-1.0"]
    result = app.test_cli_runner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "rejected: 5 × created_on: … is not a date or time" in result.stderr
    assert "(lines 2, 3, 4, …)" in result.stderr
    assert (tmp_path / "rejects.csv").read_text().count("20/03/2016") == 2
    assert db.session.scalar(select(func.count(Interaction.id))) == 0


def test_nothing_to_import_is_an_error_with_the_report(app, tmp_path):
    write(tmp_path, proposals__csv=PAM, comments__csv=PAM_COMMENTS)
    with pytest.raises(NothingToImport):
        run_import("decidim", tmp_path)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ((PAM + pam_row(title="Señal café")).encode("cp1252"), "cp1252"),
        ((PAM + pam_row(title="Señal café")).encode("utf-16"), ""),
        (("sep=,\n" + PAM + pam_row(title="Señal café")).encode(), ""),
        ((PAM + pam_row(title="Señal café")).replace(",", ";").encode("utf-8-sig"), ""),
        ((PAM + pam_row(title="Señal café")).replace("\n", "\r").encode(), ""),
        ((PAM + pam_row(title="Señal café")).encode("utf-16-le"), "utf-16-le"),
    ],
    ids=["cp1252", "utf-16", "sep", "semicolons", "cr", "utf-16-le"],
)
def test_table_is_read_in_its_encoding_and_with_its_separator(app, tmp_path, content, encoding):
    write(tmp_path, proposals__csv=content, comments__csv=b"")
    (tmp_path / "comments.csv").write_bytes(PAM_COMMENTS.encode(encoding or "utf-8"))
    run_import("decidim", tmp_path, encoding=encoding)
    assert proposals()["1"].title == "Señal café"


@pytest.mark.parametrize(("encoding", "guess"), [("cp1252", "cp1252"), ("utf-16-le", "utf-16-le")])
def test_table_that_is_not_utf_8_names_what_it_probably_is(app, tmp_path, encoding, guess):
    content = (PAM + pam_row(title="Señal café")).encode(encoding)
    write(tmp_path, proposals__csv=content, comments__csv=PAM_COMMENTS)
    message = f"is not UTF-8; it is probably {guess}: add --encoding {guess}"
    with pytest.raises(UnreadableSource, match=message):
        run_import("decidim", tmp_path)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-03-26 18.30", "2016-03-26T17:30:00+00:00"),
        ("2016-03-26T18:30:15.5+07:00", "2016-03-26T11:30:15.500000+00:00"),
        ("2016-03-26 18:30:00 +0200", "2016-03-26T16:30:00+00:00"),
        ("2016-03-26 18:30:00 UTC", "2016-03-26T18:30:00+00:00"),
    ],
)
def test_time_is_read_with_its_dot_and_its_offset(app, tmp_path, text, moment):
    write(tmp_path, proposals__csv=PAM + pam_row(created_on=text), comments__csv=PAM_COMMENTS)
    run_import("decidim", tmp_path)
    assert proposals()["1"].published_at.isoformat() == moment


def test_reply_in_an_hour_that_the_clocks_repeat_is_not_before_its_parent(app, tmp_path, log):
    write(
        tmp_path,
        proposals__csv=PAM + pam_row(),
        comments__csv=PAM_COMMENTS
        + "1,1,,7,2016-10-30 02:50:00,<p>Satu</p>,1\n2,1,1,8,2016-10-30 02:10:00,<p>Dua</p>,\n",
    )
    run_import("decidim", tmp_path)
    parent, reply = log()[-2:]
    assert (reply.occurred_at - parent.occurred_at).total_seconds() == 20 * 60


def test_import_of_every_case_is_sealed_and_verified(decidim_029, app):
    sealing.seal_log(app.config["SETTINGS"])
    assert sealing.verify_log() == []
