"""Pages for coding a sample."""

import re

from deliberate.operations.scores.coding import code_comment, draw_sample
from deliberate.operations.scores.machine_codes_csv import parse_machine_codes
from deliberate.operations.threads.comments import withdraw_comment
from deliberate.vocabulary import Role, SampleKind
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.test_coding import (
    create_coder,
    create_thread,
    draw_comment_sample,
    publish_response_as,
)


def test_coding_pages_lead_from_draw_to_last_text(app):
    process = create_thread(2)
    browser = signed_in_client(app, create_coder(Role.RESEARCHER))
    response = submit_form(browser, "/en/desk/coding", about=process.slug, kind="reasons")
    assert response.status_code == 303
    page = response.location
    first = submit_form(browser, f"{page}/1", value="2")
    assert first.location.endswith("/2")
    assert submit_form(browser, f"{page}/2", value="0").location == page
    text = browser.get(page).text
    assert "You have coded 2 of 2" in text and "hidden until both" in text


def test_first_page_of_a_researcher_leads_to_the_requests_for_data(app):
    browser = signed_in_client(app, create_coder(Role.RESEARCHER))
    page = browser.get("/en/desk", follow_redirects=True)
    assert page.request.path == "/en/desk/coding"
    assert 'href="/en/data/requests"' in page.text.partition("<main")[2].partition("</main>")[0]


def test_coding_page_preselects_no_code(app):
    sample, coder = draw_comment_sample()
    browser, page = signed_in_client(app, coder), f"/en/desk/coding/{sample.id}/1"
    text = browser.get(page).text
    assert text.count('type="radio"') == 4 and " checked" not in text
    assert 'accesskey="3"' in text and "autofocus" in text
    assert submit_form(browser, page).status_code == 422
    submit_form(browser, page, value="3")
    assert " checked" in browser.get(page).text


def test_coding_pages_hide_other_codes_until_complete(app):
    sample, first_coder = draw_comment_sample(2)
    second_coder = create_coder()
    code_comment(first_coder, sample.items[0], 3)
    browser, page = signed_in_client(app, second_coder), f"/en/desk/coding/{sample.id}"
    assert " checked" not in browser.get(f"{page}/1").text
    assert "kappa" not in browser.get(page).text
    for coder in (first_coder, second_coder):
        for item in sample.items:
            code_comment(coder, item, item.position)
    assert "kappa" in browser.get(page).text
    public = anonymous_client(app).get(f"/en/scores/{sample.process.slug}/assessments").text
    assert f"seed {sample.seed}" in public and "Not reliable" not in public


def test_coding_pages_are_forbidden_to_others(app):
    sample, _coder = draw_comment_sample()
    for person in (factories.create_resident(), factories.create_staff()):
        browser = signed_in_client(app, person)
        assert browser.get(f"/en/desk/coding/{sample.id}/1").status_code == 403
        assert browser.get("/en/desk/coding").status_code == 403


def test_coding_page_of_a_withdrawn_comment_has_no_text_and_no_form(app):
    sample, coder = draw_comment_sample(2)
    comment = sample.items[0].comment
    withdraw_comment(comment.author, comment)
    text = signed_in_client(app, coder).get(f"/en/desk/coding/{sample.id}/1").text
    assert "withdrawn or hidden" in text and 'type="radio"' not in text


def test_coding_page_audits_a_response(app):
    institution = factories.create_institution()
    process = factories.create_process(institution)
    publish_response_as(process, institution)
    auditor = create_coder()
    sample = draw_sample(auditor, process, SampleKind.ANSWERS)
    browser, page = signed_in_client(app, auditor), f"/en/desk/coding/{sample.id}"
    assert "Kami terima." in browser.get(f"{page}/1").text
    assert submit_form(browser, f"{page}/1", value="1").location == page
    assert "1 of 1 answers were confirmed" in browser.get(page).text


def test_coding_index_shows_why_a_second_sample_is_refused(app):
    sample, coder = draw_comment_sample()
    browser = signed_in_client(app, coder)
    response = submit_form(browser, "/en/desk/coding", about=sample.process.slug, kind="reasons")
    assert response.status_code == 422 and "finish it first" in response.text


def test_coding_page_counts_a_double_click_once(app, log):
    sample, coder = draw_comment_sample(3)
    browser, page = signed_in_client(app, coder), f"/en/desk/coding/{sample.id}"
    text = browser.get(f"{page}/1").text
    key = re.search(r'name="form_key" value="([^"]+)"', text).group(1)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text).group(1)
    log()
    fields = {"form_key": key, "csrf_token": token, "value": "2"}
    for _click in range(2):
        assert browser.post(f"{page}/1", data=fields).location.endswith("/2")
    assert len(log()) == 1


def test_machine_codes_with_a_huge_number_are_refused_at_their_line(app):
    table = parse_machine_codes(f"position,code\n{'9' * 5000},1\n1,{'9' * 5000}\n", {1}, 3)
    assert [line for line, _problem in table.problems] == [2, 3] and not table.codes


def test_samples_are_told_apart_by_their_book_and_own_progress(app):
    sample, coder = draw_comment_sample(2)
    other = draw_sample(create_coder(), sample.process, SampleKind.RESPECT)
    code_comment(coder, sample.items[0], 1)
    browser = signed_in_client(app, coder)
    page = browser.get("/en/desk/coding").text
    assert f"Sample {sample.id} · reasons" in page and f"Sample {other.id} · respect" in page
    assert "1 of 2 coded by you" in page and "not coded by you yet" in page
    assert f"Sample {other.id} · respect</h1>" in browser.get(f"/en/desk/coding/{other.id}").text
