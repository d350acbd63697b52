"""Two at the same moment: one code verifies one resident, one colleague confirms, limits hold."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from deliberate.database import db
from deliberate.models import OfficeRecovery, Person
from deliberate.operations.accounts import office_recovery as office_recovery_operations
from deliberate.operations.accounts import verified_residents as verified_resident_operations
from deliberate.operations.accounts.sign_in import TooManyAttempts
from deliberate.operations.accounts.verification_codes import verify_by_code
from deliberate.operations.site import rate_limits as rate_limit_operations
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Proof, Role
from tests import factories


def at_once(app, acts) -> Counter:
    """What became of acts that begin together, each in a request of its own."""
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


def test_of_eight_who_enter_one_code_one_is_verified(app):
    (code,) = verified_resident_operations.make_resident_codes(
        factories.staff(role=Role.ADMIN), 1, "Sepaku"
    )
    numbers = [factories.resident().id for _person in range(8)]
    db.session.remove()
    acts = [lambda n=n: verify_by_code(db.session.get_one(Person, n), code) for n in numbers]
    assert at_once(app, acts) == {"done": 1, "Refused": 7}
    people = db.session.query(Person).where(Person.verified_at.is_not(None))
    assert people.count() == 1


def test_of_two_colleagues_one_gets_the_code(app):
    office = factories.an_institution()
    begun = office_recovery_operations.begin_recovery(
        factories.staff(office), factories.resident(), Proof.KNOWN
    )
    number, officers = begun.id, [factories.staff(office).id for _officer in range(4)]
    db.session.remove()

    def confirm(officer: int) -> None:
        recovery = db.session.get_one(OfficeRecovery, number)
        person = db.session.get_one(Person, officer)
        office_recovery_operations.confirm_recovery(person, recovery, Proof.KNOWN)

    told = at_once(app, [lambda n=n: confirm(n) for n in officers])
    assert told == {"done": 1, "Refused": 3}


def test_sixteen_texts_at_once_count_as_sixteen(app):
    number = factories.resident().id
    db.session.remove()

    def write() -> None:
        rate_limit_operations.consume(
            rate_limit_operations.TEXTS, "203.0.113.5", db.session.get_one(Person, number)
        )

    assert at_once(app, [write] * 16) == {"done": 5, "TooManyTries": 11}
