"""Topics and areas of proposals: chosen from the lists of the process, or written freely."""

import pytest

from deliberate.database import db, unrecorded
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.proposals.proposals import revise_proposal, submit_proposal
from deliberate.permissions.decision import InvalidInput
from deliberate.queries.proposals.drafts import list_drafts
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

TOPICS = [["Air bersih", "Clean water"], ["Jalan", ""]]
BODY = "Lansia menunggu berdiri di halte. " * 8


def create_process_with_lists(*, allows_other=False, institution=None):
    areas = ["Sepaku", "Pemaluan"]
    return factories.create_process(
        institution, topics=TOPICS, areas=areas, allows_other=allows_other
    )


def change(row, **values):
    with unrecorded("test data"):
        for name, value in values.items():
            setattr(row, name, value)


def start_draft(process, person, **fields):
    values = {"title": "Halte teduh", "body": BODY, "process": process.slug}
    return save_draft(person, values | fields)


def submit(process, **names):
    return submit_proposal(factories.create_resident(), process, "Halte", BODY, **names)


def test_proposal_names_are_those_of_the_list_in_either_language(app):
    closed = create_process_with_lists()
    proposal = submit(closed, topic=" clean WATER", area="sepaku")
    assert (proposal.topic, proposal.area) == ("Air bersih", "Sepaku")
    for names in ({"topic": "halte"}, {"area": "Balikpapan"}):
        with pytest.raises(InvalidInput, match="tidak ada dalam daftar"):
            submit(closed, **names)
    assert submit(create_process_with_lists(allows_other=True), topic="halte").topic == "halte"
    assert submit(factories.create_process(), area="Balikpapan").area == "Balikpapan"


def test_draft_name_outside_the_list_is_refused_at_the_field_and_kept(app, log):
    process, person = create_process_with_lists(), factories.create_resident()
    draft = start_draft(process, person, area="Balikpapan")
    client, place = signed_in_client(app, person), f"/en/proposals/drafts/{draft.id}/place"
    page = client.get(place).text
    assert '<option value="Air bersih">Clean water</option>' in page and "topic_other" not in page
    refused = submit_form(client, place, topic="halte", area="Sepaku")
    assert refused.status_code == 422
    assert "“halte” is not on the list." in refused.text
    assert '<option selected value="halte">' in refused.text
    assert '<option selected value="Sepaku">' in refused.text
    log()
    check = f"/en/proposals/drafts/{draft.id}/check"
    unlisted = submit_form(client, check)
    assert (unlisted.status_code, log()) == (422, [])
    assert "“Balikpapan” is not on the list." in unlisted.text
    assert submit_form(client, place, topic="Air bersih", area="").status_code == 303
    assert "Clean water" in client.get(check).text
    assert submit_form(client, check).status_code == 303


def test_draft_takes_another_name_where_the_process_allows_it(app):
    process, person = create_process_with_lists(allows_other=True), factories.create_resident()
    draft = start_draft(process, person)
    client, place = signed_in_client(app, person), f"/en/proposals/drafts/{draft.id}/place"
    both = submit_form(client, place, topic="Jalan", topic_other="halte")
    assert both.status_code == 422 and 'name="topic_other"\n        value="halte"' in both.text
    assert submit_form(client, place, topic="", topic_other="halte").status_code == 303
    db.session.rollback()
    (saved,) = list_drafts(person.id)
    assert saved.fields["topic"] == "halte"
    assert 'value="halte"' in client.get(place).text


def test_new_draft_has_the_area_of_the_person_only_if_it_is_listed(app):
    process = create_process_with_lists()
    for area, expected in (("sepaku", "Sepaku"), ("Balikpapan", "")):
        person = factories.create_resident()
        change(person, area=area)
        fields = {"title": "Halte teduh", "process": process.slug, "body": BODY}
        new = "/en/proposals/new"
        submit_form(signed_in_client(app, person), new, f"{new}/draft", **fields)
        db.session.rollback()
        (draft,) = list_drafts(person.id)
        assert draft.fields["area"] == expected


def test_revision_changes_listed_names_and_keeps_an_earlier_free_one(app):
    process, person = factories.create_process(), factories.create_resident()
    proposal = submit_proposal(person, process, "Halte", BODY, topic="halte", area="Balikpapan")
    change(process, topics=TOPICS, areas=["Sepaku"])
    client, page = signed_in_client(app, person), f"/en/proposals/{proposal.id}/revision"
    assert '<option selected value="halte">halte</option>' in client.get(page).text
    fields = {"title": "Halte", "body": BODY, "note": "Topik", "topic": "halte"}
    assert submit_form(client, page, **fields, area="Medan").status_code == 422
    assert submit_form(client, page, **fields, area="Sepaku").status_code == 303
    factories.reload(proposal)
    assert (proposal.topic, proposal.area) == ("halte", "Sepaku")
    with pytest.raises(InvalidInput, match="tidak ada dalam daftar"):
        revise_proposal(person, proposal, "Halte", BODY, "Topik", topic="bus")


def test_office_entry_offers_the_lists_of_the_chosen_process(app, clock):
    institution = factories.create_institution("sarpras")
    listed = create_process_with_lists(institution=institution)
    free = factories.create_process(institution)
    desk = signed_in_client(app, factories.create_staff(institution))
    person = factories.create_resident()
    entry = {"sign_in_name": person.sign_in_name, "present": "y"}
    visit = submit_form(desk, "/en/desk/entry", "/en/desk/entry/account", **entry).location
    page = desk.get(f"{visit}/new").text
    assert "Clean water" in page and 'name="topic_other"' in page
    fields = {"title": "Bangku", "body": BODY, "read_back": "y", "topic_other": "halte"}
    refused = submit_form(desk, f"{visit}/new", **fields, process=listed.slug)
    assert refused.status_code == 422 and '<option selected value="halte">' in refused.text
    assert submit_form(desk, f"{visit}/new", **fields, process=free.slug).status_code == 303


def test_list_is_filtered_by_listed_and_by_free_names(app):
    process = create_process_with_lists(allows_other=True)
    listed, free = submit(process, topic="Air bersih"), submit(process, topic="halte")
    client = anonymous_client(app)
    for query, found, missed in (
        ("topic=clean+water", listed, free),
        ("topic=&topic_other=halte", free, listed),
    ):
        page = client.get(f"/en/proposals?{query}").text
        assert f"Proposal {found.id}" in page and f"Proposal {missed.id}" not in page
    page = client.get("/en/proposals?topic=Air+bersih").text
    assert '<option selected value="Air bersih">Clean water</option>' in page
    assert f"Proposal {listed.id} · Clean water" in page
    assert "Air bersih" in client.get(f"/id/proposals/{listed.id}", follow_redirects=True).text


def test_feed_tags_a_proposal_with_topic_and_area_in_the_language(app):
    proposal = submit(create_process_with_lists(), topic="Air bersih", area="Sepaku")
    client = anonymous_client(app)
    (item,) = client.get(f"/proposals/{proposal.id}/feed.json?lang=en").json["items"]
    assert item["tags"] == ["Clean water", "Sepaku"]
    atom = client.get(f"/proposals/{proposal.id}/feed.atom?lang=id").text
    assert '<category term="Air bersih"' in atom
