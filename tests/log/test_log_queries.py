"""What pages and alarms read of the log."""

from datetime import timedelta

import time_machine

from deliberate import sealing
from deliberate.clock import now
from deliberate.queries.log import unsealed_age
from tests import factories


def test_an_entry_waits_until_a_head_covers_it(app):
    assert unsealed_age() == timedelta(0)
    factories.resident()
    with time_machine.travel(now() + timedelta(seconds=90)):
        assert timedelta(seconds=89) < unsealed_age() < timedelta(seconds=92)
    sealing.seal_log(app.config["SETTINGS"])
    assert unsealed_age() == timedelta(0)
