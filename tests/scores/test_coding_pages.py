"""The pages of coding: one text each, blind, by keyboard and without a script."""

import re

from deliberate.operations.scores import coding as coding_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, SampleOf
from tests import factories
from tests.client import send, signed_in, visitor
from tests.scores.test_coding import a_coder, a_sample, a_thread, answered


def test_a_researcher_draws_codes_and_ends(app):
    process = a_thread(2)
    browser = signed_in(app, a_coder(Role.RESEARCHER))
    drawn = send(browser, "/en/desk/coding", about=process.slug, of="reasons")
    assert drawn.status_code == 303
    page = drawn.location
    first = send(browser, f"{page}/1", value="2")
    assert first.location.endswith("/2")
    assert send(browser, f"{page}/2", value="0").location == page
    shown = browser.get(page).text
    assert "You have coded 2 of 2" in shown and "hidden until both" in shown


def test_a_text_is_coded_by_radio_buttons_and_none_is_chosen_before(app):
    sample, coder = a_sample()
    browser, page = signed_in(app, coder), f"/en/desk/coding/{sample.id}/1"
    shown = browser.get(page).text
    assert shown.count('type="radio"') == 4 and " checked" not in shown
    assert 'accesskey="3"' in shown and "autofocus" in shown
    assert send(browser, page).status_code == 422
    send(browser, page, value="3")
    assert " checked" in browser.get(page).text


def test_a_coder_never_sees_the_others_codes_before_the_end(app):
    sample, one = a_sample(2)
    other = a_coder()
    coding_operations.code_comment(one, sample.items[0], 3)
    browser, page = signed_in(app, other), f"/en/desk/coding/{sample.id}"
    assert " checked" not in browser.get(f"{page}/1").text
    assert "kappa" not in browser.get(page).text
    for coder in (one, other):
        for item in sample.items:
            coding_operations.code_comment(coder, item, item.place)
    assert "kappa" in browser.get(page).text
    public = visitor(app).get(f"/en/scores/{sample.process.slug}/assessments").text
    assert f"seed {sample.seed}" in public and "Not reliable" not in public


def test_others_neither_draw_nor_read(app):
    sample, _coder = a_sample()
    for stranger in (factories.resident(), factories.staff()):
        browser = signed_in(app, stranger)
        assert browser.get(f"/en/desk/coding/{sample.id}/1").status_code == 403
        assert browser.get("/en/desk/coding").status_code == 403


def test_what_was_taken_back_shows_no_text_and_no_form(app):
    sample, coder = a_sample(2)
    comment = sample.items[0].comment
    comment_operations.withdraw_comment(comment.author, comment)
    shown = signed_in(app, coder).get(f"/en/desk/coding/{sample.id}/1").text
    assert "taken back or hidden" in shown and 'type="radio"' not in shown


def test_an_answer_is_audited_on_its_page(app):
    office = factories.an_institution()
    process = factories.a_process(office)
    answered(process, office)
    auditor = a_coder()
    sample = coding_operations.draw_sample(auditor, process, SampleOf.ANSWERS)
    browser, page = signed_in(app, auditor), f"/en/desk/coding/{sample.id}"
    assert "Kami terima." in browser.get(f"{page}/1").text
    assert send(browser, f"{page}/1", value="1").location == page
    assert "1 of 1 answers were confirmed" in browser.get(page).text


def test_a_second_sample_is_refused_in_words(app):
    sample, coder = a_sample()
    browser = signed_in(app, coder)
    again = send(browser, "/en/desk/coding", about=sample.process.slug, of="reasons")
    assert again.status_code == 422 and "finish it first" in again.text


def test_a_double_click_counts_once_and_goes_on(app, log):
    sample, coder = a_sample(3)
    browser, page = signed_in(app, coder), f"/en/desk/coding/{sample.id}"
    shown = browser.get(f"{page}/1").text
    key = re.search(r'name="form_key" value="([^"]+)"', shown).group(1)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown).group(1)
    log()
    sent = {"form_key": key, "csrf_token": token, "value": "2"}
    for _click in range(2):
        assert browser.post(f"{page}/1", data=sent).location.endswith("/2")
    assert len(log()) == 1
