"""Random samples, independent coding, audits, and their log entries."""

import pytest
from flask_babel import force_locale

from deliberate import sealing
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.scores.coding import audit_answer, code_comment, draw_ids, draw_sample
from deliberate.operations.threads.comments import post_comment, withdraw_comment
from deliberate.permissions.decision import Refused
from deliberate.queries.scores.coding import (
    codes_by_position,
    count_confirmed,
    is_complete,
    next_uncoded_position,
    readable_items,
    sample_reliability,
)
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import ResponseDecision, Role, SampleKind, Stance
from deliberate.vocabulary.events.scores import AnswerAudited, CommentCoded, SampleDrawn
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def create_coder(role=Role.EVALUATOR, institution=None):
    return factories.create_staff(institution or factories.create_institution(), role)


def create_thread(count=4, process=None):
    """Return a process with one thread of `count` residents' comments."""
    proposal = factories.create_proposal(process)
    writer = factories.create_resident()
    for index in range(count):
        post_comment(writer, proposal, f"Karena {index}.", stance=Stance.FOR)
    return proposal.process


def draw_comment_sample(count=4):
    coder = create_coder()
    return draw_sample(coder, create_thread(count), SampleKind.REASONS), coder


def test_sample_draw_logs_seed_and_size(app, log):
    process = create_thread(5)
    log()
    sample = draw_sample(create_coder(), process, SampleKind.REASONS, size=3)
    entry = log()[-1]
    assert entry.kind == SampleDrawn.KIND
    assert entry.details == {"of": "reasons", "size": 3, "seed": sample.seed}
    assert (sample.population, len(sample.items)) == (5, 3)


def test_sample_seed_reproduces_the_draw():
    ids = list(range(1, 200))
    assert draw_ids(ids, 50, 7) == draw_ids(ids[::-1], 50, 7)
    assert draw_ids(ids, 50, 7) != draw_ids(ids, 50, 8)
    assert len(set(draw_ids(ids, 50, 7))) == 50


def test_sample_is_drawn_and_coded_by_evaluators_and_researchers_only(app):
    process = create_thread()
    for person in (
        factories.create_resident(),
        create_coder(Role.STAFF),
        create_coder(Role.MODERATOR),
    ):
        with pytest.raises(Refused, match="role"):
            draw_sample(person, process, SampleKind.REASONS)
    sample = draw_sample(create_coder(Role.RESEARCHER), process, SampleKind.REASONS)
    with pytest.raises(Refused, match="role"):
        code_comment(factories.create_resident(), sample.items[0], 2)


def test_comment_code_is_logged_and_the_last_one_counts(app, log):
    sample, coder = draw_comment_sample()
    item = sample.items[0]
    log()
    code_comment(coder, item, 1)
    (entry,) = log()
    assert (entry.kind, entry.subject_type, entry.subject_id) == (
        CommentCoded.KIND,
        "comment",
        item.comment_id,
    )
    assert entry.details == {"reason": 1}
    code_comment(coder, item, 3)
    assert codes_by_position(sample, coder) == {item.position: 3}


@pytest.mark.parametrize("code", [-1, 4])
def test_comment_code_outside_zero_to_three_is_refused(app, code):
    sample, coder = draw_comment_sample()
    with pytest.raises(Refused, match="codes"):
        code_comment(coder, sample.items[0], code)


def test_sample_refuses_a_third_coder(app):
    sample, first_coder = draw_comment_sample()
    second_coder = create_coder()
    for coder in (first_coder, second_coder):
        code_comment(coder, sample.items[0], 2)
    with pytest.raises(Refused, match="enough coders"):
        code_comment(create_coder(), sample.items[1], 2)


def test_sample_is_drawn_only_after_the_previous_one_is_complete(app):
    sample, first_coder = draw_comment_sample(2)
    with pytest.raises(Refused, match="finish it first"):
        draw_sample(first_coder, sample.process, SampleKind.REASONS)
    second_coder = create_coder()
    for coder in (first_coder, second_coder):
        for item in sample.items:
            code_comment(coder, item, item.position)
    assert is_complete(sample, 2)
    with pytest.raises(Refused, match="no longer be changed"):
        code_comment(first_coder, sample.items[0], 0)
    assert draw_sample(first_coder, sample.process, SampleKind.REASONS).id != sample.id


def test_sample_skips_withdrawn_comments(app):
    sample, coder = draw_comment_sample(3)
    withdrawn = sample.items[0]
    withdraw_comment(withdrawn.comment.author, withdrawn.comment)
    with pytest.raises(Refused, match="continue with the next"):
        code_comment(coder, withdrawn, 2)
    assert [item.position for item in readable_items(sample)] == [2, 3]
    assert next_uncoded_position(sample, coder) == 2


def test_sample_reliability_matches_scikit_learn_and_its_threshold(app):
    sample, first_coder = draw_comment_sample(6)
    second_coder = create_coder()
    for item, (first, second) in zip(
        sample.items, [(0, 3), (1, 1), (2, 0), (3, 2), (0, 1), (2, 2)], strict=True
    ):
        code_comment(first_coder, item, first)
        code_comment(second_coder, item, second)
    reliability = sample_reliability(sample)
    assert (reliability.n, reliability.is_reliable) == (6, False)
    assert reliability.kappa == pytest.approx(scores_kappa(sample), abs=1e-9)


def scores_kappa(sample):
    """Return the agreement as scikit-learn computes it."""
    from sklearn.metrics import cohen_kappa_score

    codes = [[first_coder.value for first_coder in item.codings] for item in sample.items]
    return cohen_kappa_score(*zip(*codes, strict=True), weights="quadratic")


def test_comment_codes_reach_the_indicator_through_the_log(app):
    sample, first_coder = draw_comment_sample(55)
    second_coder = create_coder()
    for item in sample.items:
        code_comment(first_coder, item, item.position % 4)
        code_comment(second_coder, item, item.position % 4)
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    indicator = compute_scores(sample.process).to_dict()["indicators"]["DQ5.1"]
    expected = sum(item.position % 4 for item in sample.items) / (3 * 55)
    assert (indicator["state"], indicator["n"], indicator["parts"]["kappa"]) == ("value", 55, 1.0)
    assert indicator["value"] == pytest.approx(expected, abs=1e-4)


def publish_response_as(process, institution):
    proposal = factories.create_proposal(process)
    officer = factories.create_staff(institution)
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Kami terima.")
    return officer


def test_response_audit_is_logged_and_refused_for_own_institution(app, log):
    institution = factories.create_institution()
    process = factories.create_process(institution)
    publish_response_as(process, institution)
    auditor = create_coder()
    sample = draw_sample(auditor, process, SampleKind.ANSWERS)
    with pytest.raises(Refused, match="you work for"):
        audit_answer(create_coder(institution=institution), sample.items[0], True)
    log()
    audit_answer(auditor, sample.items[0], True)
    (entry,) = log()
    assert (entry.kind, entry.details) == (AnswerAudited.KIND, {"confirmed": 1})
    assert (is_complete(sample, 1), count_confirmed(sample)) == (
        True,
        (1, 1),
    )


def test_response_audit_is_refused_for_a_comment(app):
    sample, coder = draw_comment_sample()
    with pytest.raises(Refused, match="another kind"):
        audit_answer(coder, sample.items[0], True)


def test_sample_draw_is_refused_without_texts(app):
    with pytest.raises(Refused, match="nothing to draw"):
        draw_sample(create_coder(), factories.create_process(), SampleKind.REASONS)
