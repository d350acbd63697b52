"""Notices on devices stay on when they begin to belong to a device that is signed in."""

from flask_migrate import downgrade, upgrade

from deliberate.database import db
from deliberate.models import Meeting, PushSubscription
from tests.migrations import schema_0001

ROW = r"""
INSERT INTO push_subscription
  (id, person_id, endpoint, public_key, secret, added_at, failures, last_delivery_id)
VALUES (5, 1, 'https\://push.example/a', 'k', 's', '2026-03-05 01\:00\:00', 0, 3)
"""
MEETING = r"""
INSERT INTO meeting (id, process_id, held_on, place, minutes, attended, language, recorded_at)
VALUES (1, 1, '2026-03-05', 'Balai', '', 24, 'id', '2026-03-05 01\:00\:00')
"""


def test_existing_subscription_is_of_an_unknown_device_and_stays_on_the_way_back(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0016")
    schema_0001.execute(ROW)
    upgrade(revision="0017")
    row = db.session.query(PushSubscription).one()
    assert (row.person_id, row.last_delivery_id, row.device_id) == (1, 3, None)
    db.session.remove()
    schema_0001.execute(MEETING)
    assert db.session.query(Meeting).one().attended == 24
    db.session.remove()
    downgrade(revision="0016")
    upgrade(revision="0017")
    assert db.session.query(PushSubscription).one().endpoint == "https://push.example/a"
