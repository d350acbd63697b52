"""Concurrent acts: one code verifies one resident, one colleague confirms, rate limits hold."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from deliberate.database import db
from deliberate.models import OfficeRecovery, Person
from deliberate.operations.accounts import office_recovery as office_recovery_operations
from deliberate.operations.accounts import verified_residents as verified_resident_operations
from deliberate.operations.accounts.verified_residents import verify_by_code
from deliberate.operations.notices.messages import choose_kinds, choose_topics, stop_mails
from deliberate.operations.site import rate_limits as rate_limit_operations
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.queries.notices.settings import topics_of
from deliberate.vocabulary import IdentityProof, Role
from deliberate.vocabulary.notices import Channel
from tests import factories


def run_concurrently(app, acts) -> Counter:
    """Run acts at the same time, each in its own context, and count their outcomes."""
    start = Barrier(len(acts))

    def run(act) -> str:
        with app.app_context():
            start.wait()
            try:
                act()
            except (Refused, TooManyAttempts) as error:
                return type(error).__name__
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_verification_code_used_concurrently_verifies_one_person(app):
    (code,) = verified_resident_operations.create_resident_codes(
        factories.create_staff(role=Role.ADMIN), 1, "Sepaku"
    )
    numbers = [factories.create_resident().id for _person in range(8)]
    db.session.remove()
    acts = [lambda n=n: verify_by_code(db.session.get_one(Person, n), code) for n in numbers]
    assert run_concurrently(app, acts) == {"done": 1, "InvalidInput": 7}
    people = db.session.query(Person).where(Person.verified_at.is_not(None))
    assert people.count() == 1


def test_choices_of_notices_stored_concurrently_are_one_of_them(app):
    number = factories.create_resident().id
    topics = list(topics_of(db.session.get_one(Person, number)))
    db.session.remove()

    def stop() -> None:
        stop_mails(number, topics[0])

    def choose() -> None:
        choose_topics(db.session.get_one(Person, number), {Channel.MAIL: topics[1:]})

    def choose_single() -> None:
        choose_kinds(db.session.get_one(Person, number), topics[0], {Channel.MAIL: ()})

    for _round in range(4):
        assert run_concurrently(app, [stop, choose, choose_single, stop, choose]) == {"done": 5}


def test_office_recovery_confirmed_concurrently_succeeds_once(app):
    office = factories.create_institution()
    begun = office_recovery_operations.begin_recovery(
        factories.create_staff(office), factories.create_resident(), IdentityProof.KNOWN
    )
    number, officers = begun.id, [factories.create_staff(office).id for _officer in range(4)]
    db.session.remove()

    def confirm(officer: int) -> None:
        recovery = db.session.get_one(OfficeRecovery, number)
        person = db.session.get_one(Person, officer)
        office_recovery_operations.confirm_recovery(person, recovery, IdentityProof.KNOWN)

    outcomes = run_concurrently(app, [lambda n=n: confirm(n) for n in officers])
    assert outcomes == {"done": 1, "Refused": 3}


def test_rate_limit_counts_concurrent_texts_exactly(app):
    number = factories.create_resident().id
    db.session.remove()

    def write() -> None:
        rate_limit_operations.consume(
            rate_limit_operations.TEXTS, "203.0.113.5", db.session.get_one(Person, number)
        )

    assert run_concurrently(app, [write] * 16) == {"done": 5, "TooManyAttempts": 11}
