"""Findings of a study in versions, and the report and table made of them."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask_babel import force_locale

from deliberate.operations.scores.assessment_publishing import freeze_assessment, publish_assessment
from deliberate.operations.scores.assessments import write_practices
from deliberate.operations.scores.findings import FindingInput, write_finding
from deliberate.permissions.decision import Refused
from deliberate.queries.scores.studies.findings import current_findings, versions_of
from deliberate.vocabulary import ConsentScope
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.studies.test_study_sources import QUOTE, respondent
from tests.scores.test_assessments import create_assessment, create_judgement


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def publish(assessment, person, clock):
    freeze_assessment(person, assessment)
    clock.shift(timedelta(days=15))
    publish_assessment(person, assessment)


def test_finding_is_written_once_both_have_saved_and_before_it_is_frozen(app):
    assessment, person, _other = create_assessment()
    with pytest.raises(Refused, match="both have saved"):
        write_finding(person, assessment, "DP1", FindingInput("Terlalu dini"))
    assessment, person, _other = create_judgement()
    freeze_assessment(person, assessment)
    with pytest.raises(Refused, match="frozen"):
        write_finding(person, assessment, "DP1", FindingInput("Terlambat"))


def test_changed_finding_is_a_new_version_and_an_empty_one_takes_it_back(app):
    assessment, person, other = create_judgement()
    write_finding(person, assessment, "EN4", FindingInput("Tiga petugas"))
    write_finding(other, assessment, "EN4", FindingInput("Tiga petugas untuk lima instansi"))
    assert current_findings(assessment)["EN4"].version == 2
    write_finding(other, assessment, "EN4", FindingInput(""))
    assert current_findings(assessment) == {}
    assert [row.version for row in versions_of(assessment, "EN4")] == [3, 2, 1]


def test_recommendation_names_whom_it_is_for(app):
    assessment, person, _other = create_judgement()
    with pytest.raises(Refused, match="whom"):
        write_finding(person, assessment, "recommendation-1", FindingInput("Tambah petugas"))


def test_finding_does_not_rest_on_a_source_without_consent(app):
    assessment, person, _other = create_judgement()
    silent = respondent(person, assessment.process, ConsentScope.NOT_GIVEN)
    with pytest.raises(Refused, match="not consented"):
        write_finding(person, assessment, "DP1", FindingInput("Temuan", sources=[silent]))


def test_finding_page_keeps_what_was_typed_and_leads_to_the_report(app, clock):
    assessment, person, _other = create_judgement()
    source = respondent(person, assessment.process)
    desk = f"/en/desk/assessments/{assessment.id}"
    browser = signed_in_client(app, person)
    assert f"{desk}/findings" in browser.get(desk).text
    page = f"{desk}/findings/recommendation-1"
    refused = submit_form(browser, page, body_en="More staff")
    assert refused.status_code == 422 and "More staff" in refused.text
    assert 'href="#addressee"' in refused.text
    fields = {"body_en": "More staff", "addressee": "Otorita", "sources": str(source.id)}
    assert submit_form(browser, page, **fields).status_code == 303
    publish(assessment, person, clock)
    report = anonymous_client(app).get(f"/id/scores/{assessment.process.slug}/report").text
    assert 'lang="en" dir="auto">More staff' in report and "Otorita" in report and QUOTE in report
    assert source.label not in report.replace("RS", "")


def test_report_is_not_there_before_publication(app):
    assessment, person, _other = create_judgement()
    write_finding(person, assessment, "summary", FindingInput("Ringkasan"))
    freeze_assessment(person, assessment)
    address = f"/en/scores/{assessment.process.slug}/report"
    for path in (address, f"{address}.csv"):
        assert anonymous_client(app).get(path).status_code == 404


def test_table_of_the_report_has_the_values_that_were_frozen(app, clock):
    assessment, person, _other = create_judgement()
    publish(assessment, person, clock)
    path = f"/en/scores/{assessment.process.slug}"
    text = anonymous_client(app).get(f"{path}/report.csv").text
    frozen = anonymous_client(app).get(f"{path}/assessments/{assessment.id}.json").json
    rows = {row["question"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {name: row["settled"] for name, row in rows.items()} == frozen["settled"]
    assert rows["DP3.1"]["assessor_1"] == "2" and "catatan lapangan" in rows["DP3.1"]["evidence"]


def test_edited_finding_keeps_its_sources(app):
    assessment, person, _other = create_judgement()
    source = respondent(person, assessment.process)
    write_finding(person, assessment, "DP1", FindingInput("Temuan", sources=[source]))
    page = f"/en/desk/assessments/{assessment.id}/findings/DP1"
    browser = signed_in_client(app, person)
    ticked = re.findall(r"<input[^>]*checked[^>]*>", browser.get(page).text)
    assert [re.search(r'value="(\d+)"', box)[1] for box in ticked] == [str(source.id)]


def test_pages_before_publication_show_findings_practices_and_outcomes(app, clock):
    assessment, person, _other = create_judgement()
    write_finding(person, assessment, "DP1", FindingInput("Panggilan datang terlambat."))
    write_practices(person, assessment, {"DP1": "Undangan lewat RT."})
    page = f"/en/desk/assessments/{assessment.id}"
    before = signed_in_client(app, person).get(f"{page}/freeze").text
    freeze_assessment(person, assessment)
    clock.shift(timedelta(days=15))
    after = signed_in_client(app, person).get(f"{page}/publish").text
    for html in (before, after):
        assert "Panggilan datang terlambat." in html and "Undangan lewat RT." in html
        assert "What became of the pledges" in html


def test_institution_reads_the_frozen_findings_that_it_replies_to(app):
    institution = factories.create_institution()
    process = factories.create_process(institution)
    assessment, person, _other = create_judgement(process=process)
    write_finding(person, assessment, "DP1", FindingInput("Panggilan datang terlambat."))
    readers = [factories.create_staff(institution), person]
    page = f"/en/desk/assessments/{assessment.id}"
    assert "Panggilan" not in signed_in_client(app, person).get(page).text
    freeze_assessment(person, assessment)
    for reader in readers:
        assert "Panggilan datang terlambat." in signed_in_client(app, reader).get(page).text


def test_report_leaves_out_what_nobody_wrote(app, clock):
    assessment, person, _other = create_judgement()
    write_finding(person, assessment, "summary", FindingInput("Undang lebih awal."))
    publish(assessment, person, clock)
    html = anonymous_client(app).get(f"/en/scores/{assessment.process.slug}/report").text
    assert html.count("did not write on every topic") == 1
    assert 'id="strengths"' not in html and "Undang lebih awal." in html
