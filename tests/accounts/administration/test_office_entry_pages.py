"""Pages of entries at an office, for the clerk and for the person with the paper."""

import re

from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

DESK = "/en/desk/entry"
BODY = "Lansia menunggu berdiri di halte. " * 8


def _confirm(desk, paper, typed):
    """Say of a page with a paper that it is printed."""
    token = re.search(r'name="paper" value="([^"]+)"', paper.text)[1]
    return submit_form(desk, DESK, f"{DESK}/printed", paper=token, printed_code=typed)


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
    visit = _confirm(desk, paper, code[-4:]).location
    assert submit_form(desk, DESK, f"{DESK}/paper", code=code).status_code == 303
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


def test_paper_is_shown_again_until_the_printed_code_is_typed(app, clock):
    institution = factories.create_institution("sarpras")
    desk = signed_in_client(app, factories.create_staff(institution))
    new = {"display_name": "Bu Rini", "terms": "y"}
    lost = submit_form(desk, DESK, f"{DESK}/new", **new)  # this answer never arrived
    paper = submit_form(desk, DESK, f"{DESK}/new", **new)
    code, lost_code = (re.search(r"<code>(.+?)</code>", page.text)[1] for page in (paper, lost))
    wrong = _confirm(desk, paper, lost_code[-4:])
    assert (wrong.status_code, wrong.headers["Cache-Control"]) == (422, "private, no-store")
    assert code in wrong.text and 'id="printed_code-error"' in wrong.text
    assert _confirm(desk, paper, "").status_code == 422
    visit = _confirm(desk, paper, code[-4:]).location
    assert _confirm(desk, paper, code[-4:]).status_code == 303
    assert "Bu Rini" in desk.get(visit).text
    taken = _confirm(desk, lost, lost_code[-4:])
    assert taken.status_code == 422 and 'value="Bu Rini"' in taken.text
    colleague = signed_in_client(app, factories.create_staff(institution))
    assert _confirm(colleague, paper, code[-4:]).status_code == 404


def test_take_over_asks_for_another_name_where_an_institution_took_it(app, clock):
    institution = factories.create_institution("sarpras")
    desk = signed_in_client(app, factories.create_staff(institution))
    paper = submit_form(desk, DESK, f"{DESK}/new", display_name="Kantor Kita", terms="y")
    code = re.search(r"<code>(.+?)</code>", paper.text)[1]
    _confirm(desk, paper, code[-4:])
    factories.create_institution("kita")
    visitor = anonymous_client(app)
    claimed = {"code": code, "sign_in_name": "rini", "passphrase": factories.PASSPHRASE}
    page = visitor.post("/en/join/paper", data=claimed)
    assert page.status_code == 422 and 'id="display_name-error"' in page.text
    assert f'value="{code}"' in page.text and 'value="rini"' in page.text
    claimed["display_name"] = "Rini Kita"
    assert visitor.post("/en/join/paper", data=claimed).status_code == 303
