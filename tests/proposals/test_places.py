"""Places of proposals: the imported map, what is stored, shown, logged and erased."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from deliberate.commands.demo_city.area_map import position_at, sample_map, sample_shapes
from deliberate.database import db, unrecorded
from deliberate.geography.places import NO_PLACE, make_place
from deliberate.models import Interaction, MapFeature, Proposal, ProposalVersion
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals.area_map import import_map, simplify_shapes
from deliberate.operations.proposals.proposals import (
    revise_proposal,
    submit_proposal,
    withdraw_proposal,
)
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.proposals import area_map as area_map_queries
from deliberate.queries.proposals.area_map import get_area_map
from deliberate.queries.proposals.listing import ProposalFilters, list_proposals
from deliberate.queries.proposals.map_marks import list_places, overview_map
from deliberate.vocabulary import ModerationRule, PlaceKind, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.statement_counter import record_queries

HERE = position_at(284, 258)
"""A position in KIPP 1A."""


@pytest.fixture
def area_map(app):
    """The map of the sample city."""
    import_map(None, simplify_shapes(sample_shapes()))
    return get_area_map()


def propose(place=NO_PLACE, area="", process=None, author=None):
    return submit_proposal(
        author or factories.create_resident(),
        process or factories.create_process(),
        "Bangku di tiap halte",
        "Lansia menunggu berdiri.",
        area=area,
        place=place,
    )


def point(x=284, y=258, *, is_exact=False):
    return make_place(PlaceKind.POINT, [position_at(x, y)], is_exact=is_exact)


def submitted_details(proposal):
    kinds = ("proposal.submitted", "proposal.revised")
    rows = select(Interaction).where(
        Interaction.subject_id == proposal.id, Interaction.kind.in_(kinds)
    )
    return db.session.scalars(rows.order_by(Interaction.id.desc())).first().details


def test_import_replaces_the_map_in_one_act(area_map, log):
    log()
    import_map(None, sample_shapes())
    assert [row.kind for row in log()] == ["map.imported"]
    assert len(get_area_map().areas) == 16
    assert len(db.session.scalars(select(MapFeature)).all()) == len(sample_shapes())


def test_simplified_map_keeps_every_area(area_map):
    assert {"KIPP 1A", "Sepaku", "Bumi Harapan"} <= set(area_map.areas)
    assert area_map.area_at(HERE).shape.name == "KIPP 1A"


def test_place_is_stored_finer_than_it_is_shown(area_map):
    proposal = propose(point())
    longitude, latitude = proposal.place["coordinates"]
    assert (longitude, latitude) == (round(HERE[0], 4), round(HERE[1], 4))
    assert proposal.shown_place.positions == ((round(longitude, 3), round(latitude, 3)),)
    assert (proposal.map_x, proposal.map_y) == tuple(
        round(degrees * 10_000) for degrees in proposal.shown_place.positions[0]
    )


def test_log_has_the_shape_of_a_place_and_never_where_it_is(area_map):
    details = submitted_details(propose(point(is_exact=True)))
    assert details["place"] == "point" and set(details) == {"initiator", "place"}
    assert "place" not in submitted_details(propose())


def test_place_sets_the_area_that_the_author_left_empty(area_map):
    assert propose(point()).area == "KIPP 1A"
    assert propose(point(), area="Sepaku").area == "Sepaku"
    other = factories.create_process(areas=["Sepaku"])
    assert propose(point(), process=other).area == ""


def test_place_outside_the_map_is_refused(area_map):
    with pytest.raises(InvalidInput):
        propose(make_place(PlaceKind.POINT, [(106.8, -6.2)]))


def test_place_without_a_map_is_refused(app):
    with pytest.raises(InvalidInput):
        propose(point())


def test_proposal_without_a_place_is_marked_at_its_area(area_map):
    x, y = area_map.areas["Sepaku"].label
    proposal = propose(area="Sepaku")
    assert (proposal.map_x, proposal.map_y) == (round(x * 10_000), round(y * 10_000))


def test_import_moves_the_marks_of_proposals_without_a_place(app):
    named, placeless = propose(area="Sepaku"), propose()
    import_map(None, sample_shapes())
    for proposal in (named, placeless):
        factories.reload(proposal)
    assert named.map_x is not None and placeless.map_x is None


def test_import_of_any_number_of_areas_moves_the_marks_with_one_statement(app):
    propose(area="Sepaku")
    shapes = [
        replace(shape, name=f"{shape.name} {n}", code=f"{shape.code}{n}")
        for shape in sample_shapes()
        for n in range(3)
    ]
    moves = []

    def note(_connection, _cursor, statement, *_more):
        if statement.startswith("UPDATE proposal SET"):
            moves.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    import_map(None, shapes)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(moves) == 2


def test_version_keeps_the_place_it_had(area_map):
    proposal = propose(point())
    first = proposal.place
    revise_proposal(proposal.author, proposal, "Bangku", "Teks.", "Pindah", place=point(300, 250))
    versions = db.session.scalars(select(ProposalVersion).order_by(ProposalVersion.number)).all()
    assert [version.place == first for version in versions] == [True, False]
    assert submitted_details(proposal)["place"] == "point"


def test_revision_keeps_a_place_unless_it_is_removed(area_map):
    proposal = propose(point())
    revise_proposal(proposal.author, proposal, "Bangku", "Teks.", "Teks")
    assert proposal.place is not None
    revise_proposal(proposal.author, proposal, "Bangku", "Teks.", "Tanpa tempat", place=NO_PLACE)
    assert proposal.place is None


def test_only_the_author_changes_the_place(area_map):
    proposal = propose(point())
    with pytest.raises(Refused):
        revise_proposal(
            factories.create_resident(), proposal, "Bangku", "Teks.", "Pindah", place=NO_PLACE
        )


def test_erasure_removes_the_place_from_proposal_and_versions(area_map):
    proposal = propose(point())
    erase_account(proposal.author, factories.PASSPHRASE)
    factories.reload(proposal)
    assert (proposal.place, proposal.map_x, proposal.map_y) == (None, None, None)
    assert db.session.scalars(select(ProposalVersion.place)).all() == [None]


def test_download_of_own_data_has_the_place(area_map):
    proposal = propose(point())
    assert '"coordinates"' in json.dumps(get_account_data(proposal.author), default=str)


def test_hidden_and_withdrawn_proposals_leave_map_and_file(area_map):
    hidden, withdrawn, shown = propose(point()), propose(point()), propose(point())
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, hidden, ModerationRule.SPAM, "Iklan.")
    withdraw_proposal(withdrawn.author, withdrawn, "Sudah.")
    assert [proposal.id for proposal in list_places()] == [shown.id]
    assert [mark.proposal_id for mark in overview_map(ProposalFilters()).marks] == [shown.id]


def test_many_marks_are_counted_in_circles_of_their_area(area_map):
    process = factories.create_process()
    for x in range(6):
        propose(point(270 + x * 8, 250), process=process)
    propose(point(58, 168), process=process)
    marks = overview_map(ProposalFilters(process=process.slug)).marks
    assert [(mark.count, mark.area) for mark in marks] == [(6, "KIPP 1A"), (1, "Sukaraja")]


def test_section_of_a_circle_lists_what_it_counts(area_map):
    for x in (270, 290):
        propose(point(x, 250))
    propose(point(58, 168))
    circle = overview_map(ProposalFilters()).marks[0]
    box = ",".join(map(str, circle.box))
    rows, _more = list_proposals(ProposalFilters(box=box))
    assert len(rows) == circle.count == 2


def test_geojson_shows_places_as_a_stranger_sees_them(app, area_map):
    rounded, exact = propose(point()), propose(point(is_exact=True))
    client = anonymous_client(app)
    response = client.get("/proposals.geojson")
    assert response.mimetype == "application/geo+json"
    features = {feature["id"]: feature for feature in response.json["features"]}
    assert features[exact.id]["geometry"] == exact.place
    longitude, latitude = rounded.place["coordinates"]
    assert features[rounded.id]["geometry"]["coordinates"] == [
        round(longitude, 3),
        round(latitude, 3),
    ]
    again = client.get("/proposals.geojson", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_geojson_is_made_once_for_each_version_of_the_data(app, area_map):
    proposal = propose(point())
    client = anonymous_client(app)
    first = client.get("/proposals.geojson")
    with record_queries(from_kept=True) as asked:
        assert client.get("/proposals.geojson").json == first.json
    assert len(asked) == 1 and "data_version" in asked[0]
    hide_contribution(
        factories.create_staff(role=Role.MODERATOR), proposal, ModerationRule.INSULT, "kasar"
    )
    assert client.get("/proposals.geojson").json["features"] == []


def test_geojson_has_one_address_for_each_process(app, area_map):
    process = factories.create_process()
    propose(point(), process=process)
    client, address = anonymous_client(app), f"/proposals.geojson?process={process.slug}"
    assert len(client.get(address).json["features"]) == 1
    for other in (f"{address}&again=1", f"{address}&process=other"):
        assert client.get(other).headers["Location"].endswith(address)
    assert client.get("/proposals.geojson?x").headers["Location"].endswith("/proposals.geojson")
    assert client.get("/proposals.geojson?process=No%20slug").status_code == 404


def test_place_of_a_draft_is_picked_by_clicks_without_script(app, area_map):
    author, process = factories.create_resident(), factories.create_process()
    client = signed_in_client(app, author)
    created = submit_form(
        client,
        "/en/proposals/new",
        "/en/proposals/new/draft",
        title="Bangku di halte",
        process=process.slug,
        body="Lansia menunggu berdiri di halte. " * 8,
    )
    page = created.headers["Location"].removesuffix("/place") + "/map"
    whole = client.get(page).text
    box = whole.split('name="box"')[1].split('value="')[1].split('"')[0]
    x, y = (round(unit * 288 / 480) for unit in area_map.view.project(HERE))
    clicks = {"kind": "point", "points": "", "small.x": x, "small.y": y}
    near = submit_form(client, page, **clicks, box=box).text
    assert "Click on the place." in near and "point set" not in near
    box = near.split('name="box"')[1].split('value="')[1].split('"')[0]
    set_once = submit_form(client, page, **clicks | {"small.x": 150, "small.y": 120}, box=box).text
    assert "1 point set, in KIPP 1A." in set_once
    written = set_once.split('name="points"')[1].split(">")[1].split("<")[0]
    saved = submit_form(client, page, kind="point", points=written, box=box, save="1")
    assert saved.status_code == 303
    assert "KIPP 1A" in client.get(saved.headers["Location"]).text


def test_last_point_is_undone(app, area_map):
    proposal = propose(point())
    client = signed_in_client(app, proposal.author)
    page = f"/en/proposals/{proposal.id}/place"
    html = submit_form(
        client, page, kind="line", points="-0.99; 116.75\n-1.00; 116.76", undo="1"
    ).text
    written = html.split('name="points"')[1].split(">")[1].split("<")[0]
    assert written.split() == ["-0.9900;", "116.7500"]


def test_moved_place_is_a_new_version_with_the_same_text(app, area_map):
    proposal = propose(point())
    client = signed_in_client(app, proposal.author)
    page = f"/id/proposals/{proposal.id}/place"
    fields = {"kind": "point", "points": "-0,9900; 116,7500", "note": "Pindah", "save": "1"}
    assert submit_form(client, page, **fields).status_code == 303
    factories.reload(proposal)
    assert proposal.version == 2 and proposal.place["coordinates"] == [116.75, -0.99]
    assert proposal.body == "Lansia menunggu berdiri."


def test_unreadable_point_is_an_error_with_its_line(app, area_map):
    proposal = propose(point())
    client = signed_in_client(app, proposal.author)
    response = submit_form(
        client,
        f"/en/proposals/{proposal.id}/place",
        kind="point",
        points="-0.99; 116.75\nnear the market",
        note="Moved",
        save="1",
    )
    assert response.status_code == 422 and "Line 2: write the latitude" in response.text


def test_pages_show_the_place_with_the_same_in_words(app, area_map):
    proposal = propose(point())
    page = anonymous_client(app).get(f"/id/proposals/{proposal.id}-{proposal.slug}").text
    assert "ketelitian kira-kira 100 meter" in page and "° LS" in page
    assert str(proposal.place["coordinates"][1])[1:] not in page
    listed = anonymous_client(app).get("/en/proposals").text
    assert 'href="#item-1"' in listed and 'id="item-1"' in listed


def test_picture_of_the_map_is_sent_once(app, area_map):
    client = anonymous_client(app)
    response = client.get("/en/proposals/map/picture.svg?box=116.7,-1,116.8,-0.95")
    assert response.mimetype == "image/svg+xml" and response.text.startswith("<svg")
    headers = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/en/proposals/map/picture.svg?box=116.7,-1,116.8,-0.95", headers=headers)
    assert "script" not in response.text


def test_picture_of_the_present_map_is_drawn_once_and_kept_by_browsers(app, area_map, monkeypatch):
    client, drawn = anonymous_client(app), []
    real = area_map_queries.draw_map

    def draw(*parts):
        drawn.append(parts)
        return real(*parts)

    monkeypatch.setattr(area_map_queries, "draw_map", draw)
    address = "/en/proposals/map/picture.svg?box=116.7,-1,116.8,-0.95"
    answers = [client.get(f"{address}&v={area_map.version}") for _reader in range(3)]
    assert len(drawn) == 1 and answers[0].text == answers[2].text
    assert answers[0].headers["Cache-Control"] == "public, max-age=86400"
    assert "max-age=86400" not in client.get(f"{address}&v=old").headers["Cache-Control"]


def test_map_page_of_five_thousand_places_is_small(app, area_map):
    process = factories.create_process()
    propose(point(), process=process)
    table = Proposal.__table__
    copied = [
        column.name for column in table.columns if column.name not in {"id", "activity_count"}
    ]
    row = db.session.execute(select(*(table.c[name] for name in copied))).mappings().one()
    marks = ((1_166_200 + i % 97 * 25, -10_900 + i % 89 * 22) for i in range(5000))
    with unrecorded("many marks for a test") as session:
        session.execute(table.insert(), [{**row, "map_x": x, "map_y": y} for x, y in marks])
    page = anonymous_client(app).get("/id/proposals/map")
    assert page.status_code == 200 and len(page.data) < 60_000


def test_area_command_imports_checks_and_refuses(app, tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_bytes(sample_map())
    run = app.test_cli_runner().invoke
    result = run(args=["area", "import", str(path), "--json"])
    assert result.exit_code == 0 and json.loads(result.output)["areas"] == 16
    factories.create_process(areas=["Atlantis"])
    result = run(args=["area", "import", str(path), "--check"])
    assert result.exit_code == 1 and "not on the map: Atlantis" in result.output
    path.write_text("{")
    result = run(args=["area", "import", str(path)])
    assert result.exit_code == 2 and "line 1 column 2" in result.output
    assert result.output.count("\n") == 1
    assert len(get_area_map().areas) == 16
