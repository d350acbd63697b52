"""Sources of a study: consent, names apart, what is private, and erasing after freezing."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select, text

from deliberate.database import db, unrecorded
from deliberate.models import Person, RespondentName, StudySource
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.scores import study_sources
from deliberate.operations.scores.assessment_publishing import freeze_assessment, publish_assessment
from deliberate.operations.scores.assessments import (
    RatingInput,
    begin_assessment,
    join_assessment,
    rate_questions,
    save_judgement,
)
from deliberate.operations.scores.excerpts import ExcerptInput, add_excerpt, import_excerpts
from deliberate.operations.scores.findings import FindingInput, write_finding
from deliberate.operations.scores.study_sources import (
    SourceInput,
    add_source,
    admit_to_study,
    edit_source,
    read_name,
    redact_source,
)
from deliberate.permissions.decision import Refused
from deliberate.permissions.scores.studies import may_edit_source
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.scores.assessments import judgement_by
from deliberate.queries.scores.studies.excerpts import list_excerpts
from deliberate.vocabulary import (
    AssessmentStage,
    ConsentScope,
    EvidenceKind,
    RedactionGround,
    Role,
)
from deliberate.vocabulary.events.scores import RespondentNameErased, SourceRedacted
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.test_assessments import (
    EVIDENCE,
    create_assessment,
    create_evaluator,
    create_judgement,
    rate_question,
)

NAME, QUOTE = "Ibu Rahasia", "Undangan datang terlambat"
SPOKEN = date(2026, 2, 17)


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def respondent(evaluator, process, consent=ConsentScope.QUOTES, **values):
    """Record a respondent."""
    content = {
        "title": "warga",
        "dated": SPOKEN,
        "institution": "Dinas Tertutup",
        "consent": consent,
        "consent_on": SPOKEN,
        "public_text": QUOTE,
        "private_text": "menyebut ketua RT",
        "name": NAME,
    }
    return add_source(evaluator, process, EvidenceKind.INTERVIEW, SourceInput(**(content | values)))


def use_source(evaluator, assessment, source, question="DP1.2"):
    rate_questions(evaluator, assessment, [RatingInput(question, "1", sources=[source])])


def publish_with(clock):
    """Publish an assessment that rests on a respondent; return it and the source."""
    assessment, first, second = create_assessment()
    source = respondent(first, assessment.process)
    for person in (first, second):
        use_source(person, assessment, source)
        save_judgement(person, assessment)
    freeze_assessment(first, assessment)
    clock.shift(timedelta(days=15))
    publish_assessment(first, assessment)
    return assessment, source, first


def test_sources_are_numbered_within_their_kind(app):
    assessment, evaluator, _other = create_assessment()
    first, second = (respondent(evaluator, assessment.process) for _ in range(2))
    paper = SourceInput(title="Laporan", dated=SPOKEN, link="https://ikn.example/lap")
    document = add_source(evaluator, assessment.process, EvidenceKind.DOCUMENT, paper)
    assert [row.label for row in (first, second, document)] == ["R1", "R2", "D1"]


def test_only_assessors_of_the_process_record_sources(app):
    assessment, _evaluator, _other = create_assessment()
    for person in (create_evaluator(), factories.create_staff()):
        with pytest.raises(Refused):
            respondent(person, assessment.process)


def test_respondent_needs_a_consent_with_its_day(app):
    assessment, evaluator, _other = create_assessment()
    with pytest.raises(Refused, match="day of the consent"):
        respondent(evaluator, assessment.process, consent_on=None)
    with pytest.raises(Refused, match="agreed to"):
        respondent(evaluator, assessment.process, ConsentScope.NOT_NEEDED)


def test_source_refuses_an_address_that_is_no_link(app):
    assessment, evaluator, _other = create_assessment()
    paper = SourceInput(title="Laporan", dated=SPOKEN, link="javascript:alert(1)")
    with pytest.raises(Refused, match="whole address"):
        add_source(evaluator, assessment.process, EvidenceKind.DOCUMENT, paper)


def test_source_without_consent_cannot_be_evidence(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process, ConsentScope.NOT_GIVEN)
    with pytest.raises(Refused, match="R1 has not consented"):
        use_source(evaluator, assessment, source)


def test_evidence_whose_consent_was_withdrawn_no_longer_counts(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process)
    use_source(evaluator, assessment, source)
    assert judgement_by(assessment, assessment.assessors[0])["DP1.2"] == "1"
    withdrawn = SourceInput(title="warga", dated=SPOKEN, consent=ConsentScope.NOT_GIVEN)
    edit_source(evaluator, source, withdrawn)
    assert judgement_by(assessment, assessment.assessors[0])["DP1.2"] == "NE"


def test_quote_whose_consent_was_withdrawn_is_published_nowhere(app, clock):
    assessment, first, second = create_assessment()
    source = respondent(first, assessment.process)
    for person in (first, second):
        use_source(person, assessment, source)
        rate_question(person, assessment, "DP3.1", "2", "", EVIDENCE)
        save_judgement(person, assessment)
    write_finding(first, assessment, "DP1", FindingInput("Temuan", sources=[source]))
    silent = SourceInput(
        title="warga", dated=SPOKEN, consent=ConsentScope.NOT_GIVEN, public_text=QUOTE
    )
    edit_source(first, source, silent)
    freeze_assessment(first, assessment)
    clock.shift(timedelta(days=15))
    publish_assessment(first, assessment)
    path = f"/en/scores/{assessment.process.slug}"
    pages = (f"{path}/assessments", f"{path}/report", f"{path}/report.csv")
    assert [page for page in pages if QUOTE in anonymous_client(app).get(page).text] == []


def test_source_of_a_frozen_finding_no_longer_changes(app):
    assessment, first, _second = create_judgement()
    source = respondent(first, assessment.process)
    write_finding(first, assessment, "DP1", FindingInput("Temuan", sources=[source]))
    freeze_assessment(first, assessment)
    with pytest.raises(Refused, match="frozen"):
        edit_source(first, source, SourceInput(title="lain", dated=SPOKEN))


def test_unticked_source_is_removed_from_its_question_alone(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process)
    for question in ("DP1.4", "DP1.2"):
        use_source(evaluator, assessment, source, question)
    rate_questions(evaluator, assessment, [RatingInput("DP1.4", "1", sources=[])])
    assert [row.question for row in assessment.evidence] == ["DP1.2"]


def test_name_is_stored_encrypted_and_read_only_by_who_recorded_it(app):
    assessment, evaluator, other = create_assessment()
    source = respondent(evaluator, assessment.process)
    stored = db.session.execute(text("SELECT encrypted_name FROM respondent_name")).scalar_one()
    assert NAME.encode() not in bytes(stored)
    assert read_name(evaluator, source) == NAME
    assert read_name(other, source) is None
    page = f"/en/desk/studies/{assessment.process.slug}/sources/{source.id}"
    assert NAME in signed_in_client(app, evaluator).get(page).text
    assert NAME not in signed_in_client(app, other).get(page).text


def test_name_is_erased_and_logged_by_an_assessor_who_cannot_read_it(app, log):
    assessment, evaluator, other = create_assessment()
    source = respondent(evaluator, assessment.process)
    with unrecorded("test: the recorder is no evaluator any more") as session:
        session.get_one(Person, evaluator.id).role = Role.RESIDENT
    page = f"/en/desk/studies/{assessment.process.slug}/sources/{source.id}"
    browser = signed_in_client(app, other)
    shown = browser.get(page).text
    assert NAME not in shown and "Erase the name" in shown
    log()
    assert submit_form(browser, page, to=f"{page}/name").status_code == 303
    assert [row.kind for row in log()] == [RespondentNameErased.KIND]
    assert db.session.query(RespondentName).count() == 0
    assert source.label == "R1" and read_name(evaluator, source) is None


def test_name_goes_with_the_account_of_who_recorded_it(app):
    assessment, evaluator, other = create_assessment()
    respondent(evaluator, assessment.process)
    kept = respondent(other, assessment.process)
    erase_account(evaluator, factories.PASSPHRASE)
    assert db.session.scalars(select(RespondentName.source_id)).all() == [kept.id]


def test_download_of_own_data_has_nothing_of_respondents(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process)
    add_excerpt(evaluator, source, ExcerptInput("Kata responden", "id", "hlm. 3", "catatan"))
    data = str(get_account_data(evaluator))
    for private in ("Dinas Tertutup", "menyebut ketua RT", "2026-02-17", "Kata responden"):
        assert private not in data
    assert "warga" in data


def test_evaluator_who_begins_another_assessment_is_admitted_before_reading_sources(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process)
    outsider = create_evaluator()
    later = begin_assessment(outsider, assessment.process, AssessmentStage.EX_ANTE)
    study = f"/en/desk/studies/{assessment.process.slug}"
    page, browser = f"{study}/sources/{source.id}", signed_in_client(app, outsider)
    assert browser.get(page).status_code == 403
    with pytest.raises(Refused):
        admit_to_study(outsider, later.assessors[0])
    insider = signed_in_client(app, evaluator)
    assert outsider.display_name in insider.get(study).text
    action = f"{study}/assessors/{later.assessors[0].id}"
    assert submit_form(insider, study, to=action).status_code == 303
    assert browser.get(page).status_code == 200
    assert "Assessors without access" not in insider.get(study).text


def test_second_assessor_who_joins_after_the_first_source_is_admitted_first(app):
    evaluator, second = create_evaluator(), create_evaluator()
    assessment = begin_assessment(evaluator, factories.create_process(), AssessmentStage.EX_POST)
    source = respondent(evaluator, assessment.process)
    join_assessment(second, assessment)
    assert not may_edit_source(second, source)
    admit_to_study(evaluator, assessment.assessors[1])
    assert may_edit_source(second, source)


def test_source_of_a_saved_judgement_changes_only_through_who_recorded_it(app):
    assessment, first, second = create_assessment()
    source = respondent(first, assessment.process)
    silent = SourceInput(title="warga", dated=SPOKEN, consent=ConsentScope.NOT_GIVEN)
    for person in (first, second):
        use_source(person, assessment, source)
        save_judgement(person, assessment)
    with pytest.raises(Refused, match="saved judgement"):
        edit_source(second, source, silent)
    edit_source(first, source, silent)
    rate = judgement_by(assessment, assessment.assessors[0])["DP1.2"]
    assert rate == "NE"


def test_settling_page_says_which_evidence_lost_its_consent(app):
    assessment, first, second = create_assessment()
    source = respondent(first, assessment.process)
    use_source(first, assessment, source, "DP3.1")
    rate_question(first, assessment, "DP3.1", "0", "", EVIDENCE)
    rate_question(second, assessment, "DP3.1", "2", "", EVIDENCE)
    for person in (first, second):
        save_judgement(person, assessment)
    silent = SourceInput(title="warga", dated=SPOKEN, consent=ConsentScope.NOT_GIVEN)
    edit_source(first, source, silent)
    page = signed_in_client(app, second).get(f"/en/desk/assessments/{assessment.id}/settle").text
    assert page.count("consent withdrawn") == 1


def test_redacted_respondent_leaves_neither_excerpts_nor_the_day(app, clock):
    assessment, source, evaluator = publish_with(clock)
    add_excerpt(evaluator, source, ExcerptInput("Kata responden", "id", codes=["DP1"]))
    redact_source(evaluator, source, RedactionGround.CONSENT_WITHDRAWN)
    factories.reload(assessment)
    assert list(list_excerpts(assessment.process_id)) == []
    assert (source.dated, source.minutes, source.consent_on) == (date(2026, 2, 1), None, None)
    assert {row.dated for row in assessment.evidence} == {date(2026, 2, 1)}
    with pytest.raises(Refused, match="erased"):
        add_excerpt(evaluator, source, ExcerptInput("Kata responden", "id"))
    with pytest.raises(Refused, match=r"Line 2: .* erased"):
        import_excerpts(evaluator, assessment.process, "source,excerpt\nR1,Kata responden\n")


def test_name_encrypted_for_another_respondent_is_unreadable(app):
    assessment, evaluator, _other = create_assessment()
    first, second = (respondent(evaluator, assessment.process) for _ in range(2))
    stolen = first.name.encrypted_name
    db.session.expire_all()
    with unrecorded("test settings") as session:
        session.get_one(RespondentName, second.id).encrypted_name = stolen
    assert read_name(evaluator, db.session.get_one(StudySource, second.id)) is None


def test_published_page_and_file_say_nothing_of_a_respondent_beyond_the_public_part(app, clock):
    assessment, source, _evaluator = publish_with(clock)
    page = f"/en/scores/{assessment.process.slug}/assessments"
    shown = anonymous_client(app).get(page).text
    frozen = anonymous_client(app).get(f"{page}/{assessment.id}.json").text
    assert QUOTE in shown and "February 2026" in shown
    for private in (NAME, "Dinas Tertutup", "menyebut ketua RT", "17 Feb", "2026-02-17", "R1<"):
        assert private not in shown + frozen
    assert QUOTE not in frozen and '"dated":"2026-02"' in frozen
    assert source.label == "R1"


def test_frozen_source_no_longer_changes(app, clock):
    _assessment, source, evaluator = publish_with(clock)
    with pytest.raises(Refused, match="frozen"):
        edit_source(evaluator, source, SourceInput(title="lain", dated=SPOKEN))


def test_redacted_source_loses_its_texts_but_neither_hash_nor_ratings(app, clock, log):
    assessment, source, evaluator = publish_with(clock)
    before = (assessment.sha256, judgement_by(assessment, assessment.assessors[0]))
    log()
    redact_source(evaluator, source, RedactionGround.ORDER)
    (entry,) = log()
    assert (entry.kind, entry.details) == (SourceRedacted.KIND, {"ground": "order"})
    factories.reload(assessment)
    assert (assessment.sha256, judgement_by(assessment, assessment.assessors[0])) == before
    page = anonymous_client(app).get(f"/en/scores/{assessment.process.slug}/assessments").text
    assert QUOTE not in page and "texts of this source were erased" in page
    assert db.session.query(RespondentName).count() == 0


def test_source_that_is_not_frozen_is_edited_not_redacted(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process)
    with pytest.raises(Refused, match="edit it"):
        redact_source(evaluator, source, RedactionGround.ORDER)


def test_source_page_records_and_keeps_what_was_typed(app):
    assessment, evaluator, _other = create_assessment()
    browser, study = signed_in_client(app, evaluator), f"/en/desk/studies/{assessment.process.slug}"
    page = f"{study}/sources/new/interview"
    fields = {"title": "pendamping", "dated": "2026-02-17", "public_text": QUOTE, "name": NAME}
    refused = submit_form(browser, page, **fields)
    assert refused.status_code == 422 and QUOTE in refused.text and NAME in refused.text
    assert 'href="#consent-0"' in refused.text
    undated = submit_form(browser, page, **fields, consent="quotes")
    assert undated.status_code == 422 and 'href="#consent_on"' in undated.text
    kept = submit_form(browser, page, **fields, consent="quotes", consent_on="2026-02-17")
    assert kept.status_code == 303
    listed = browser.get(study).text
    assert "pendamping" in listed and "quotes without name" in listed and NAME not in listed


def test_question_page_uses_sources_and_refuses_one_without_consent(app):
    assessment, evaluator, _other = create_assessment()
    source = respondent(evaluator, assessment.process)
    silent = respondent(evaluator, assessment.process, ConsentScope.NOT_GIVEN)
    browser = signed_in_client(app, evaluator)
    page = f"/en/desk/assessments/{assessment.id}/criteria/DP1.2"
    fields = {"DP1.2-value": "1", "DP1.2-reason": "Dua kunjungan"}
    refused = submit_form(browser, page, **fields, **{"DP1.2-sources": str(silent.id)})
    assert refused.status_code == 422 and "R2 has not consented" in refused.text
    assert "Dua kunjungan" in refused.text
    accepted = submit_form(browser, page, **fields, **{"DP1.2-sources": str(source.id)})
    assert accepted.status_code == 303
    factories.reload(assessment)
    assert [row.source_id for row in assessment.evidence] == [source.id]


def test_study_refuses_sources_that_its_pages_would_not_show(app, monkeypatch):
    monkeypatch.setattr(study_sources, "MAX_SOURCES", 1)
    assessment, first, _second = create_assessment()
    respondent(first, assessment.process)
    with pytest.raises(Refused, match="at most 1"):
        respondent(first, assessment.process)
