"""Samples are drawn by chance and coded blind; every draw and every code is an act."""

import pytest
from flask_babel import force_locale

from deliberate import sealing
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.scores import coding as coding_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.scores import coding as coding_queries
from deliberate.queries.scores.process_scores import scores_of
from deliberate.vocabulary import Kind, ResponseDecision, Role, SampleOf, Stance
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def a_coder(role=Role.EVALUATOR, office=None):
    return factories.staff(office or factories.an_institution(), role)


def a_thread(count=4, process=None):
    """A process with one thread of so many residents' comments."""
    proposal = factories.a_proposal(process)
    writer = factories.resident()
    for number in range(count):
        comment_operations.post_comment(writer, proposal, f"Karena {number}.", stance=Stance.FOR)
    return proposal.process


def a_sample(count=4):
    coder = a_coder()
    return coding_operations.draw_sample(coder, a_thread(count), SampleOf.REASONS), coder


def test_drawing_leaves_its_seed_and_size_in_the_log(app, log):
    process = a_thread(5)
    log()
    sample = coding_operations.draw_sample(a_coder(), process, SampleOf.REASONS, size=3)
    entry = log()[-1]
    assert entry.kind == Kind.SAMPLE_DRAWN
    assert entry.details == {"of": "reasons", "size": 3, "seed": sample.seed}
    assert (sample.population, len(sample.items)) == (5, 3)


def test_a_seed_draws_the_same_texts_again():
    numbers = list(range(1, 200))
    assert coding_operations.drawn(numbers, 50, 7) == coding_operations.drawn(numbers[::-1], 50, 7)
    assert coding_operations.drawn(numbers, 50, 7) != coding_operations.drawn(numbers, 50, 8)
    assert len(set(coding_operations.drawn(numbers, 50, 7))) == 50


def test_only_evaluators_and_researchers_draw_and_code(app):
    process = a_thread()
    for stranger in (factories.resident(), a_coder(Role.STAFF), a_coder(Role.MODERATOR)):
        with pytest.raises(Refused, match="role"):
            coding_operations.draw_sample(stranger, process, SampleOf.REASONS)
    sample = coding_operations.draw_sample(a_coder(Role.RESEARCHER), process, SampleOf.REASONS)
    with pytest.raises(Refused, match="role"):
        coding_operations.code_comment(factories.resident(), sample.items[0], 2)


def test_a_code_is_an_act_on_the_comment_and_the_last_one_counts(app, log):
    sample, coder = a_sample()
    item = sample.items[0]
    log()
    coding_operations.code_comment(coder, item, 1)
    (entry,) = log()
    assert (entry.kind, entry.subject_type, entry.subject_id) == (
        Kind.COMMENT_CODED,
        "comment",
        item.comment_id,
    )
    assert entry.details == {"reason": 1}
    coding_operations.code_comment(coder, item, 3)
    assert coding_queries.coded_by(sample, coder) == {item.place: 3}


@pytest.mark.parametrize("code", [-1, 4])
def test_codes_run_from_nought_to_three(app, code):
    sample, coder = a_sample()
    with pytest.raises(Refused, match="codes"):
        coding_operations.code_comment(coder, sample.items[0], code)


def test_a_third_coder_is_refused(app):
    sample, one = a_sample()
    other = a_coder()
    for coder in (one, other):
        coding_operations.code_comment(coder, sample.items[0], 2)
    with pytest.raises(Refused, match="coders already"):
        coding_operations.code_comment(a_coder(), sample.items[1], 2)


def test_no_second_sample_before_the_first_is_coded_and_coded_ones_stay(app):
    sample, one = a_sample(2)
    with pytest.raises(Refused, match="finish it first"):
        coding_operations.draw_sample(one, sample.process, SampleOf.REASONS)
    other = a_coder()
    for coder in (one, other):
        for item in sample.items:
            coding_operations.code_comment(coder, item, item.place)
    assert coding_queries.is_complete(sample, 2)
    with pytest.raises(Refused, match="stay as they are"):
        coding_operations.code_comment(one, sample.items[0], 0)
    assert coding_operations.draw_sample(one, sample.process, SampleOf.REASONS).id != sample.id


def test_what_was_taken_back_is_not_waited_for(app):
    sample, coder = a_sample(3)
    gone = sample.items[0]
    comment_operations.withdraw_comment(gone.comment.author, gone.comment)
    with pytest.raises(Refused, match="go on with the next"):
        coding_operations.code_comment(coder, gone, 2)
    assert [item.place for item in coding_queries.readable(sample)] == [2, 3]
    assert coding_queries.next_uncoded(sample, coder) == 2


def test_agreement_is_told_and_what_is_under_the_bound_is_not_reliable(app):
    sample, one = a_sample(6)
    other = a_coder()
    for item, (first, second) in zip(
        sample.items, [(0, 3), (1, 1), (2, 0), (3, 2), (0, 1), (2, 2)], strict=True
    ):
        coding_operations.code_comment(one, item, first)
        coding_operations.code_comment(other, item, second)
    agreed = coding_queries.reliability(sample)
    assert (agreed["n"], agreed["is_reliable"]) == (6, False)
    assert agreed["kappa"] == pytest.approx(scores_kappa(sample), abs=1e-9)


def scores_kappa(sample):
    """The same agreement as scikit-learn computes it."""
    from sklearn.metrics import cohen_kappa_score

    codes = [[one.value for one in item.codings] for item in sample.items]
    return cohen_kappa_score(*zip(*codes, strict=True), weights="quadratic")


def test_codes_reach_the_indicator_through_the_log_alone(app):
    sample, one = a_sample(55)
    other = a_coder()
    for item in sample.items:
        coding_operations.code_comment(one, item, item.place % 4)
        coding_operations.code_comment(other, item, item.place % 4)
    sealing.seal_all(sealing.signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    found = scores_of(sample.process).to_dict()["indicators"]["DQ5.1"]
    whole = sum(item.place % 4 for item in sample.items) / (3 * 55)
    assert (found["state"], found["n"], found["parts"]["kappa"]) == ("value", 55, 1.0)
    assert found["value"] == pytest.approx(whole, abs=1e-4)


def answered(process, office):
    proposal = factories.a_proposal(process)
    officer = factories.staff(office)
    response_operations.publish_response(
        officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    return officer


def test_an_audit_of_an_answer_is_an_act_and_nobody_audits_their_own(app, log):
    office = factories.an_institution()
    process = factories.a_process(office)
    answered(process, office)
    auditor = a_coder()
    sample = coding_operations.draw_sample(auditor, process, SampleOf.ANSWERS)
    with pytest.raises(Refused, match="they work for"):
        coding_operations.audit_answer(a_coder(office=office), sample.items[0], True)
    log()
    coding_operations.audit_answer(auditor, sample.items[0], True)
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.ANSWER_AUDITED, {"confirmed": 1})
    assert (coding_queries.is_complete(sample, 1), coding_queries.confirmed_share(sample)) == (
        True,
        (1, 1),
    )


def test_a_comments_code_is_no_audit(app):
    sample, coder = a_sample()
    with pytest.raises(Refused, match="otherwise"):
        coding_operations.audit_answer(coder, sample.items[0], True)


def test_nothing_is_drawn_from_nothing(app):
    with pytest.raises(Refused, match="nothing to draw"):
        coding_operations.draw_sample(a_coder(), factories.a_process(), SampleOf.REASONS)
