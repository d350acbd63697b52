"""Times of rows: neither before the previous tree head nor after their own can be claimed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from deliberate import sealing
from deliberate.clock import now, override_now
from deliberate.database import canonical_json, db, new_id, unrecorded
from deliberate.models import Interaction, SealedDates, SignedTreeHead
from deliberate.queries.log.tree_heads import count_sealed_dates
from deliberate.sealing import verifier
from deliberate.sealing.date_verification import TOO_EARLY, TOO_LATE
from deliberate.vocabulary import Origin
from tests import factories
from tests.sealing.test_tampering import attack

TOO_OLD = timedelta(seconds=61)


@pytest.fixture
def settings(app, clock):
    """Return the settings of a log with one tree head."""
    factories.create_proposal()
    sealing.seal_log(app.config["SETTINGS"])
    return app.config["SETTINGS"]


def row_dated(moment: datetime, origin: Origin = Origin.WEB) -> dict[str, object]:
    template = db.session.scalars(select(Interaction).limit(1)).one()
    row = Interaction(
        **{
            **template.as_columns(),
            "id": new_id(),
            "occurred_at": moment,
            "origin": origin.value,
            "process_id": 1,
        }
    )
    return row.as_columns()


def insert_row(moment: datetime, origin: Origin = Origin.WEB) -> None:
    row = row_dated(moment, origin)
    with unrecorded("test settings") as session:
        session.connection().execute(insert(Interaction.__table__), [row])


def insert_forged_row(moment: datetime) -> None:
    """Insert a row as the database owner does who has removed the triggers."""
    row = row_dated(moment)
    is_postgres = db.engine.dialect.name == "postgresql"
    stored = moment if is_postgres else f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    columns = {**row, "details": canonical_json(row["details"]), "occurred_at": stored}
    names = ", ".join(columns)
    attack(
        f"INSERT INTO interaction ({names}) VALUES ({', '.join(f':{n}' for n in columns)})",
        "INSERT INTO unsealed_entry VALUES (:id)",
        **columns,
    )


def problems(settings) -> list[str]:
    return [fault.problem for fault in sealing.verify_log(settings.log_path)]


def test_database_refuses_a_row_dated_before_the_previous_head(settings):
    with pytest.raises(DBAPIError, match="dated before the previous tree head"):
        insert_row(now() - TOO_OLD)
    insert_row(now() - TOO_OLD + timedelta(seconds=2))
    insert_row(now() - timedelta(days=300), Origin.IMPORT)
    insert_row(now() - timedelta(days=300), Origin.SEED)
    sealing.seal_log(settings)
    assert problems(settings) == []
    assert count_sealed_dates(1).dated == 2


def test_verification_finds_a_row_dated_before_the_previous_head(settings, clock):
    clock.shift(timedelta(hours=3))
    sealing.seal_log(settings)
    insert_row(now())
    sealing.seal_log(settings)
    insert_forged_row(now() - timedelta(hours=5))
    sealing.seal_log(settings)
    (fault,) = sealing.verify_log(settings.log_path)
    assert (fault.problem, fault.position) == (TOO_EARLY, fault.position)
    assert fault.since


def test_row_dated_by_a_clock_that_is_ahead_waits_for_its_time(settings, clock):
    insert_row(now() + timedelta(seconds=5))
    assert sealing.seal_log(settings) == 0
    clock.shift(timedelta(seconds=6))
    assert sealing.seal_log(settings) == 1
    assert problems(settings) == []


def test_head_older_than_its_rows_is_refused_and_found(settings, clock):
    size = db.session.scalar(select(SignedTreeHead.size))
    insert_row(now())
    clock.shift(timedelta(hours=-2))
    with pytest.raises(DBAPIError, match="after its tree head"):
        attack_with_seal(settings, with_triggers=True)
    attack_with_seal(settings, with_triggers=False)
    assert (TOO_LATE, size) in [
        (fault.problem, fault.position) for fault in sealing.verify_log(settings.log_path)
    ]


def attack_with_seal(settings, *, with_triggers: bool) -> None:
    """Seal every row under a head that is two hours older, as an owner with the key could."""
    if not with_triggers:
        on = "" if db.engine.dialect.name == "sqlite" else " ON signed_tree_head"
        with unrecorded("test settings") as session:
            session.connection().exec_driver_sql(
                f"DROP TRIGGER signed_tree_head_not_before_rows{on}"
            )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deliberate.sealing.sealer.now", lambda: now() + timedelta(hours=3))
        patch.setattr("deliberate.sealing.sealer._sealed_together", lambda rows, _: (rows, now()))
        sealing.seal_log(settings)


def test_backlog_is_sealed_under_several_heads_without_a_fault(settings, clock):
    for _ in range(3):
        insert_row(now())
        clock.shift(timedelta(minutes=5))
    key = sealing.current_signing_key(settings)
    while sealing.seal_batch(key, settings.base_url, limit=1):
        clock.shift(timedelta(minutes=2))
    insert_row(now())
    sealing.seal_log(settings)
    assert problems(settings) == []
    times = list(db.session.scalars(select(SignedTreeHead.made_at).order_by(SignedTreeHead.size)))
    assert times == sorted(times)


def test_rows_sealed_late_are_counted_by_process(settings, clock):
    before = count_sealed_dates(1).late
    insert_row(now())
    clock.shift(timedelta(seconds=59))
    sealing.seal_log(settings)
    assert count_sealed_dates(1).late == before
    insert_row(now())
    clock.shift(timedelta(seconds=60))
    sealing.seal_log(settings)
    assert count_sealed_dates(1).late == before + 1
    assert db.session.scalar(select(SealedDates.size).order_by(SealedDates.size.desc()).limit(1))


def test_act_under_an_overridden_clock_has_the_origin_seed(settings, log):
    log()
    with override_now(now() - timedelta(days=100)):
        factories.create_resident()
    assert [row.origin for row in log()] == ["seed"]


def head(size: int, time: str) -> dict[str, object]:
    return {"size": size, "fields": {"t": time}}


@pytest.mark.parametrize(
    ("hour", "origin", "is_valid"),
    [
        ("2026-03-02T01:00:00Z", "web", True),
        ("2026-03-02T00:00:00Z", "web", True),
        ("2026-03-01T23:00:00Z", "web", False),
        ("2026-03-02T03:00:00Z", "web", False),
        ("2020-03-02T03:00:00Z", "import", True),
    ],
)
def test_verifier_program_checks_the_hour_against_the_heads_around(hour, origin, is_valid):
    heads = [head(5, "2026-03-02T01:00:30Z"), head(9, "2026-03-02T02:00:00Z")]
    public = {"hour": hour, "origin": origin}
    if is_valid:
        verifier.check_hour(public, 5, heads)
        return
    with pytest.raises(verifier.VerificationError, match="entry 5 is dated"):
        verifier.check_hour(public, 5, heads)
