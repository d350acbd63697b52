"""Files in the layouts of other platforms, with the column names of their own exporters."""

import gzip
import json
import re
import tempfile
import zipfile

import pytest
from sqlalchemy import select

from deliberate.commands import cli
from deliberate.database import db
from deliberate.imports import profiles
from deliberate.imports.files import packed
from deliberate.imports.formats.polis_files import read_conversation
from deliberate.imports.formats.polis_poll import import_conversation
from deliberate.imports.import_run import ImportRequest, prepare_import
from deliberate.imports.source import UnreadableSource
from deliberate.models import Ballot, Comment, Person, Process, Proposal, Response
from tests.imports.import_files import run_import
from tests.imports.test_polis import FILES as POLIS_FILES
from tests.imports.test_reported_faults import EXPORT_COMMENTS, PAM, PAM_COMMENTS, pam_row
from tests.structure.source_tree import ROOT


def stored(model):
    return {row.source_id: row for row in db.session.scalars(select(model))}


# decidim-proposals/lib/decidim/proposals/proposal_serializer.rb, release 0.24
DECIDIM_024 = (
    "id;category/id;category/name/ca;scope/id;scope/name/ca;participatory_space/id;"
    "participatory_space/url;component/id;title/ca;body/ca;state;reference;answer/ca;supports;"
    "endorsements/total_count;endorsements/user_endorsements;comments;attachments;followers;"
    "published_at;url;meeting_urls;related_proposals;is_amend;original_proposal/title;"
    "original_proposal/url\n"
    "5;1;Mobilitat;2;Gràcia;3;https://d.example/processes/pam;4;Carril bici;Al carrer gran.;"
    "rejected;REF;No hi ha lloc.;12;0;;1;0;0;2019-02-01 10:00:00 UTC;"
    "https://d.example/processes/pam/f/4/proposals/5;;;false;;\n"
)
# the same file of release 0.31: taxonomies, likes, votes, follows_count, dates of the answer
DECIDIM_031 = (
    "id;author/id;author/name;author/url;taxonomies/id;taxonomies/name;participatory_space/id;"
    "participatory_space/url;component/id;title/ca;body/ca;address;latitude;longitude;state;"
    "state_published_at;reference;answer/ca;answered_at;votes;likes/total_count;likes/user_likes;"
    "comments;attachments;follows_count;published_at;url;meeting_urls;related_proposals;is_amend;"
    "original_proposal/title;original_proposal/url;withdrawn;withdrawn_at;created_at;updated_at;"
    "created_in_meeting;coauthorships_count;cost;cost_report;execution_period\n"
    "5;9;Ani;https://d.example/profiles/ani;1;Mobilitat;3;https://d.example/processes/pam;4;"
    "Carril bici;Al carrer gran.;;;;accepted;2025-03-01 10:00:00 UTC;REF;Es farà.;"
    "2025-03-01 10:00:00 UTC;12;0;;1;0;0;2025-02-01 10:00:00 UTC;"
    "https://d.example/processes/pam/f/4/proposals/5;;;false;;;false;;2025-01-01 10:00:00 UTC;"
    "2025-03-01 10:00:00 UTC;false;1;;;\n"
)
# decidim-comments/lib/decidim/comments/comment_serializer.rb
DECIDIM_COMMENTS = (
    "id;created_at;body;locale;author/id;author/name;alignment;depth;user_group/id;"
    "user_group/name;commentable_id;commentable_type;root_commentable_url\n"
    "7;2025-02-02 10:00:00 UTC;Sí;ca;9;Ani;1;0;;;5;Decidim::Proposals::Proposal;"
    "https://d.example/processes/pam/f/4/proposals/5\n"
    "8;2025-02-03 10:00:00 UTC;També;ca;9;Ani;0;1;3;Veïns;7;Decidim::Comments::Comment;"
    "https://d.example/processes/pam/f/4/proposals/5\n"
)


def test_decidim_024_has_a_status_without_a_time(app, tmp_path):
    (tmp_path / "city-open-data-proposals.csv").write_text(DECIDIM_024, encoding="utf-8")
    (tmp_path / "city-open-data-proposal_comments.csv").write_text(EXPORT_COMMENTS)
    run_import("decidim-export", tmp_path)
    proposal = stored(Proposal)["5"]
    assert (proposal.decision, proposal.support_count, proposal.topic, proposal.area) == (
        "not_accepted",
        12,
        "Mobilitat",
        "Gràcia",
    )
    assert proposal.author_id is None
    assert db.session.scalars(select(Response)).all() == []


def test_decidim_031_is_read_from_its_zip(app, tmp_path, log):
    with zipfile.ZipFile(tmp_path / "export.ZIP", "w") as archive:
        archive.writestr("open/proposals-2025-03-02-43200.csv", DECIDIM_031)
        archive.writestr("open/proposal_comments-2025-03-02-43200.csv", DECIDIM_COMMENTS)
    summary = run_import("decidim-export", tmp_path / "export.ZIP")
    assert (summary.proposals, summary.comments, summary.responses) == (1, 2, 1)
    proposal = stored(Proposal)["5"]
    assert (proposal.decision, proposal.topic) == ("accepted", "Mobilitat")
    _opened, submitted, *_others = rows = log()
    assert submitted.details == {"initiator": "resident"}
    posted = [entry.account_class for entry in rows if entry.kind == "comment.posted"]
    assert posted == ["person", "organisation"]


# CONSUL Democracy, app/graphql/types/comment_type.rb and proposal_type.rb
CONSUL_PROPOSALS = (
    "id,title,description,external_url,cached_votes_up,comments_count,hot_score,"
    "confidence_score,public_created_at,summary,geozone_id,retired_at,retired_reason,"
    "public_author_id\n"
    "3,Más árboles,<p>En la plaza</p>,,41,2,1,1,2024-05-01 10:00:00 +0200,Resumen,1,,,7\n"
)
CONSUL_COMMENTS = (
    "id,commentable_id,commentable_type,body,public_created_at,cached_votes_total,"
    "cached_votes_up,cached_votes_down,ancestry,confidence_score,public_author_id\n"
    "10,3,Proposal,Sí,2024-05-02 10:00:00 +0200,1,1,0,,1,8\n"
    "11,3,Proposal,Gracias,2024-05-03 10:00:00 +0200,1,1,0,10,1,7\n"
    "12,3,Proposal,De nada,2024-05-04 10:00:00 +0200,1,1,0,10/11,1,8\n"
    "13,3,Debate,Otra cosa,2024-05-04 10:00:00 +0200,1,1,0,,1,8\n"
)


def test_consul_comments_of_other_things_are_not_those_of_proposals(app, tmp_path):
    (tmp_path / "proposals.csv").write_text(CONSUL_PROPOSALS, encoding="utf-8")
    (tmp_path / "comments.csv").write_text(CONSUL_COMMENTS, encoding="utf-8")
    summary = run_import("consul-api", tmp_path)
    comments = stored(Comment)
    assert set(comments) == {"10", "11", "12"}
    assert comments["12"].parent_id == comments["11"].id and comments["12"].depth == 2
    assert stored(Proposal)["3"].support_count == 41
    _proposals, report = summary.report.files.values()
    assert (report.rows, report.others) == (4, 1)


def discourse_post(number, reply_to=None, **columns):
    # app/serializers/post_serializer.rb
    return {
        "id": 100 + number,
        "username": "ani",
        "created_at": f"2024-05-0{number}T10:00:00.000Z",
        "cooked": f"<p>Kata {number}</p>",
        "post_number": number,
        "reply_to_post_number": reply_to,
        "topic_id": columns.pop("topic", 9),
        "user_id": 7,
        "staff": False,
        **columns,
    }


def test_discourse_parents_are_numbers_within_their_topic(app, tmp_path):
    posts = [discourse_post(1), discourse_post(2, 1), discourse_post(3, 2), discourse_post(4, 8)]
    other = [discourse_post(1, topic=10, id=201), discourse_post(2, topic=10, id=202, staff=True)]
    for topic, title, content in ((9, "Halte", posts), (10, "Taman", other)):
        document = {"id": topic, "title": title, "post_stream": {"posts": content, "stream": [1]}}
        (tmp_path / f"topic-{topic}.json").write_text(json.dumps(document), encoding="utf-8")
    summary = run_import("discourse", tmp_path)
    comments = stored(Comment)
    assert {p.title for p in stored(Proposal).values()} == {"Halte", "Taman"}
    assert comments["103"].parent_id == comments["102"].id and comments["102"].parent_id is None
    assert comments["104"].is_orphan and summary.orphans == 1
    assert comments["202"].author_role == "staff"


def test_petitions_are_read_from_pages_of_the_api(app, tmp_path):
    for page in (1, 2):
        data = [
            {
                "type": "petition",
                "id": page,
                "attributes": {"action": f"Do {page}", "created_at": "2021-01-01T10:00:00.000Z"},
            }
        ]
        document = {"links": {"self": "x", "next": None}, "data": data}
        (tmp_path / f"petitions-{page}.json").write_text(json.dumps(document))
    assert run_import("uk-petitions", tmp_path).proposals == 2


def write_polis(folder, *names):
    for name in names:
        (folder / name).write_text(POLIS_FILES[name], encoding="utf-8")
    return folder


def test_polis_without_votes_has_those_of_the_matrix(app, tmp_path):
    folder = write_polis(tmp_path, "comments.csv", "participants-votes.csv")
    summary = import_conversation(read_conversation(folder), "polis-matrix")
    assert (summary.votes, summary.participants, summary.differences) == (4, 2, 0)


def test_polis_groups_of_its_computation_are_kept_as_given(app, tmp_path):
    folder = write_polis(tmp_path, "comments.csv", "votes.csv")
    math = {
        "base-clusters": {"id": [4, 5], "members": [[8], [9]], "x": [0, 1], "y": [0, 1]},
        "group-clusters": [{"id": 0, "members": [5]}, {"id": 1, "members": [4]}],
    }
    (folder / "math.json").write_text(json.dumps(math))
    import_conversation(read_conversation(folder), "polis-math")
    rows = db.session.execute(
        select(Person.source, Ballot.source_group).join(Person, Person.id == Ballot.person_id)
    )
    assert {row.source.rpartition(":")[2]: row.source_group for row in rows} == {"8": 1, "9": 0}


@pytest.mark.parametrize("content", ["{}", "[1]", "x", '{"base-clusters": 1}'])
def test_polis_groups_that_cannot_be_read_are_refused(tmp_path, content):
    folder = write_polis(tmp_path, "comments.csv", "votes.csv")
    (folder / "math.json").write_text(content)
    with pytest.raises(UnreadableSource, match=r"math\.json"):
        read_conversation(folder)


def test_polis_seconds_are_refused_by_name_unless_they_are_asked_for(app, tmp_path):
    folder = write_polis(tmp_path, "votes.csv")
    content = POLIS_FILES["comments.csv"].replace("000,,", ",,")
    (folder / "comments.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableSource, match="is in seconds, not milliseconds"):
        read_conversation(folder)
    votes = re.sub(r"000,,", ",,", POLIS_FILES["votes.csv"]).replace("500,,", ",,")
    votes = re.sub(r"(\d{10})\d{3},,", r"\1,,", votes)
    (folder / "votes.csv").write_text(votes, encoding="utf-8")
    content = re.sub(r"(\d{10})\d{3},,", r"\1,,", POLIS_FILES["comments.csv"])
    (folder / "comments.csv").write_text(content, encoding="utf-8")
    conversation = read_conversation(folder, in_seconds=True)
    assert min(act.at for act in conversation.acts).year == 2020


def write_xlsx(folder, sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(folder / "pam.XLSX")
    return folder / "pam.XLSX"


def write_ods(folder, sheets):
    odfdo = pytest.importorskip("odfdo")
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    for name, text in sheets.items():
        table = odfdo.Table(name)
        for line in text.splitlines():
            row = odfdo.Row()
            row.set_values(line.split(","))
            table.append_row(row)
        document.body.append(table)
    document.save(folder / "pam.ods")
    return folder / "pam.ods"


SHEETS = {
    "Proposals": PAM + pam_row(author_id="7"),
    "comments": PAM_COMMENTS + "1,1,,7,2016-03-28 02:30:00,Setuju,1\n",
}


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
def test_spreadsheet_has_a_sheet_for_each_section(app, tmp_path, write):
    summary = run_import("decidim", write(tmp_path, SHEETS))
    assert (summary.proposals, summary.comments, summary.rejects) == (1, 1, [])
    assert stored(Comment)["1"].stance == 1


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
def test_spreadsheet_without_the_sheet_is_refused_with_its_sheets(app, tmp_path, write):
    path = write(tmp_path, {"a": "id\n", "b": "id\n"})
    with pytest.raises(UnreadableSource, match="no sheet proposals; it has a, b"):
        run_import("decidim", path)


@pytest.mark.parametrize("name", ["pam.xlsx", "pam.ods"])
def test_broken_spreadsheet_is_refused(app, tmp_path, name):
    (tmp_path / name).write_bytes(b"PK no")
    with pytest.raises(UnreadableSource, match="not a spreadsheet"):
        run_import("decidim", tmp_path / name)


def test_gzip_and_upper_case_endings_are_read(app, tmp_path):
    (tmp_path / "PROPOSALS.CSV.GZ").write_bytes(gzip.compress((PAM + pam_row()).encode()))
    (tmp_path / "Comments.CSV").write_text(PAM_COMMENTS)
    assert run_import("decidim", tmp_path).proposals == 1


@pytest.mark.parametrize("name", ["proposals.csv.gz", "all.zip"])
def test_archive_that_cannot_be_read_is_refused(app, tmp_path, name):
    (tmp_path / name).write_bytes(b"\x1f\x8b no")
    (tmp_path / "comments.csv").write_text(PAM_COMMENTS)
    path = tmp_path / name if name.endswith("zip") else tmp_path
    with pytest.raises(UnreadableSource, match="incomplete download"):
        run_import("decidim", path)


def test_archive_that_unpacks_without_end_is_refused(app, tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "_FREE_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("proposals.csv", "a" * 5_000_000)
    with pytest.raises(UnreadableSource, match="unpacks to more than 200 times its size"):
        run_import("decidim", tmp_path / "bomb.zip")
    (tmp_path / "proposals.csv.gz").write_bytes(gzip.compress(b"a" * 5_000_000))
    with pytest.raises(UnreadableSource, match="unpacks to more than 200 times its size"):
        run_import("decidim", tmp_path)


@pytest.mark.parametrize("name", ["../out.csv", "/out.csv", "C:/out.csv", "..\\out.csv", "."])
def test_archive_that_leads_out_of_its_folder_is_refused(app, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(UnreadableSource, match="leads out of the archive"):
        run_import("decidim", tmp_path / "all.zip")


def test_archive_with_too_many_files_is_refused(app, tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "MAX_FILES", 1)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a", "x")
        archive.writestr("b", "x")
    with pytest.raises(UnreadableSource, match="2 files; at most 1"):
        run_import("decidim", tmp_path / "all.zip")


def test_two_files_that_could_be_meant_are_both_named(app, tmp_path):
    (tmp_path / "proposals.json").write_text("[]")
    (tmp_path / "proposals.jsonl").write_text("")
    with pytest.raises(UnreadableSource, match=r"which of these is meant\? proposals.json, prop"):
        run_import("decidim", tmp_path)


IDEAS = (
    "nr;judul;isi;alasan;akun;dibuat;bidang;desa;dukungan;asal;status;uji;dijawab;jawaban\n"
    "1;Halte;Atap.;Panas.;7;2024-05-01 18.30;Jalan;Sepaku;12;warga;terima;;2024-06-01;"
    "Akan dibuat.\n"
    "2;Coba;x;;7;2024-05-01;;;0;warga;;ya;;\n"
    "3;Taman;Pohon.;;;2024-05-02;Taman;Sepaku;;rapat;kaji;;;\n"
)
REPLIES = (
    "nr;usul;induk;akun;dibuat;isi;sikap;peran\n"
    "10;1;;8;2024-05-02 08.00;Setuju;setuju;\n"
    "11;1;#10;9;2024-05-02 09.00;Baik;;petugas\n"
)


def test_complete_profile_of_the_documentation_is_imported(app, tmp_path):
    text = (ROOT / "docs/import.md").read_text(encoding="utf-8")
    (tmp_path / "village.toml").write_text(text.split("```toml\n")[1].split("```")[0])
    (tmp_path / "ideas.csv").write_text(IDEAS, encoding="utf-8")
    (tmp_path / "replies.csv").write_text(REPLIES, encoding="utf-8")
    profile = profiles.load_profile(tmp_path / "village.toml")
    summary = prepare_import(ImportRequest(profile, tmp_path, "village")).run()
    assert (summary.proposals, summary.comments, summary.responses, summary.rejects) == (
        2,
        2,
        1,
        [],
    )
    proposals, comments = stored(Proposal), stored(Comment)
    assert proposals["1"].body == "Atap.\n\nPanas." and proposals["1"].published_at.hour == 10
    assert (proposals["3"].initiator, proposals["3"].decision) == ("meeting", "needs_study")
    assert comments["11"].parent_id == comments["10"].id and comments["11"].author_role == "staff"
    of_ideas = next(iter(summary.report.files.values()))
    assert of_ideas.left_out["tests of the website"].lines == [3] and not of_ideas.unread_columns


def test_import_without_a_licence_is_refused(app, tmp_path):
    arguments = ["import", "decidim", str(tmp_path), "--process", "taman"]
    result = app.test_cli_runner().invoke(cli, arguments)
    assert result.exit_code == 2 and "--licence: under which licence" in result.stderr
    result = app.test_cli_runner().invoke(cli, [*arguments, "--licence", "all rights!"])
    assert result.exit_code == 2 and "'all rights!' is not a short name" in result.stderr


def test_dry_run_reports_and_writes_nothing(app, tmp_path):
    (tmp_path / "proposals.csv").write_text(PAM + pam_row())
    (tmp_path / "comments.csv").write_text(PAM_COMMENTS)
    arguments = ["import", "decidim", str(tmp_path), "--process", "taman", "--dry-run"]
    result = app.test_cli_runner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "1 acts would be new, 0 rows rejected; nothing was written" in result.stdout
    assert "proposals.csv (proposals): 1 rows, 1 in, 0 out" in result.stdout
    summary = json.loads(app.test_cli_runner().invoke(cli, [*arguments, "--json"]).stdout)
    assert summary["files"][0]["columns_read"][0] == "id"
    assert db.session.scalars(select(Process)).all() == []


@pytest.mark.parametrize(
    "bomb",
    [
        '<table:table-row table:number-rows-repeated="3000000000"><table:table-cell'
        ' office:value-type="float" office:value="1"/></table:table-row></table:table>',
        '<table:table-row><table:table-cell table:number-columns-repeated="3000000000"'
        ' office:value-type="float" office:value="1"/></table:table-row></table:table>',
    ],
    ids=["rows", "columns"],
)
def test_spreadsheet_that_repeats_a_cell_without_end_is_not_expanded(app, tmp_path, bomb):
    path = write_ods(tmp_path, SHEETS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = parts["content.xml"].replace(b"</table:table>", bomb.encode(), 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (parts | {"content.xml": content}).items():
            archive.writestr(name, part)
    if "rows" in bomb.partition(">")[0]:
        with pytest.raises(UnreadableSource, match="more than 1048576 rows"):
            run_import("decidim", path)
    else:
        assert "fields where the header has" in run_import("decidim", path).rejects[0].reason


def test_spreadsheet_ends_with_its_last_filled_cell(app, tmp_path):
    path = write_ods(tmp_path, SHEETS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    empty = b'<table:table-row table:number-rows-repeated="1048570"><table:table-cell'
    empty += b' table:number-columns-repeated="16384"/></table:table-row></table:table>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(b"</table:table>", empty))
    assert run_import("decidim", path).proposals == 1


def test_spreadsheet_in_gzip_is_read(app, tmp_path):
    path = write_xlsx(tmp_path, SHEETS)
    packed = tmp_path / "packed.xlsx.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert run_import("decidim", packed).proposals == 1


def test_errors_inside_an_archive_name_the_archive_alone(app, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.csv", "a,b\n1,2\n")
    with pytest.raises(UnreadableSource) as error:
        run_import("decidim", tmp_path / "a.zip")
    assert str(error.value).startswith(f"{tmp_path / 'a.zip'}: proposals.csv: No such file")
    assert tempfile.gettempdir() not in str(error.value).replace(str(tmp_path), "")
