"""Pages of entries at an office, for the clerk and for the person with the paper."""

import re

from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

DESK = "/en/desk/entry"
BODY = "Lansia menunggu berdiri di halte. " * 8


def test_person_without_account_contributes_at_an_office_and_takes_the_account_over(app, clock):
    institution = factories.create_institution("sarpras")
    process = factories.create_process(institution)
    other = factories.create_proposal(process)
    desk = signed_in_client(app, factories.create_staff(institution))
    assert DESK in desk.get("/en/desk").text
    new = {"display_name": "Bu Rini"}
    assert submit_form(desk, DESK, f"{DESK}/new", **new).status_code == 422
    paper = submit_form(desk, DESK, f"{DESK}/new", **new, terms="y")
    assert (paper.status_code, paper.headers["Cache-Control"]) == (200, "private, no-store")
    code = re.search(r"<code>([a-z2-9-]+)</code>", paper.text)[1]
    assert "/o</dd>" in paper.text and "<svg" in paper.text
    back = submit_form(desk, DESK, f"{DESK}/paper", code=code)
    visit = back.location
    assert "Bu Rini" in desk.get(visit).text
    assert desk.get(f"{visit}?n=999").status_code == 422
    assert desk.get(f"{visit}?n={other.id}").location == f"{visit}/proposals/{other.id}"
    write = f"{visit}/new"
    fields = {"process": process.slug, "title": "Bangku di halte", "body": BODY}
    unread = submit_form(desk, write, **fields)
    assert unread.status_code == 422 and "Bangku di halte" in unread.text
    receipt = desk.get(submit_form(desk, write, **fields, read_back="y").location)
    assert "Your proposal was entered." in receipt.text and "paper-slip" in receipt.text
    page = f"{visit}/proposals/{other.id}"
    assert (
        "Your support is counted."
        in desk.get(submit_form(desk, page, f"{page}/support").location).text
    )
    argument = {"stance": "for", "body": "Setuju, ibu saya lelah berdiri.", "read_back": "y"}
    assert (
        "Your argument was entered." in desk.get(submit_form(desk, page, **argument).location).text
    )
    visitor = anonymous_client(app)
    note = "entered at the office of Kantor sarpras"
    assert note in visitor.get(f"/en/proposals/{other.id}", follow_redirects=True).text
    assert note in visitor.get(f"/en/proposals/{other.id + 1}", follow_redirects=True).text
    claim = visitor.get("/o").location
    claimed = {"sign_in_name": "rini", "passphrase": factories.PASSPHRASE}
    assert visitor.post(claim, data={"code": "aaaa", **claimed}).status_code == 422
    assert visitor.post(claim, data={"code": code, **claimed}).status_code == 303
    assert "Bangku di halte" in visitor.get("/en/account").text
    assert submit_form(desk, DESK, f"{DESK}/paper", code=code).status_code == 422


def test_visit_belongs_to_the_clerk_and_to_one_day(app, clock):
    institution = factories.create_institution("sarpras")
    person = factories.create_resident()
    clerk = factories.create_staff(institution)
    desk = signed_in_client(app, clerk)
    named = {"sign_in_name": person.sign_in_name}
    assert submit_form(desk, DESK, f"{DESK}/account", **named).status_code == 422
    visit = submit_form(desk, DESK, f"{DESK}/account", **named, present="y").location
    assert desk.get(visit).status_code == 200
    colleague = signed_in_client(app, factories.create_staff(institution))
    assert colleague.get(visit).status_code == 404
    assert signed_in_client(app, person).get(visit).status_code == 403
    clock.shift(5 * 3600)
    assert signed_in_client(app, clerk).get(visit).status_code == 404
