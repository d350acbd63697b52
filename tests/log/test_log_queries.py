"""Queries of the log."""

from datetime import timedelta

import time_machine

from deliberate import sealing
from deliberate.clock import now
from deliberate.queries.log.tree_heads import unsealed_age
from tests import factories


def test_unsealed_age_is_zero_after_sealing(app):
    assert unsealed_age() == timedelta(0)
    factories.create_resident()
    with time_machine.travel(now() + timedelta(seconds=90)):
        assert timedelta(seconds=89) < unsealed_age() < timedelta(seconds=92)
    sealing.seal_log(app.config["SETTINGS"])
    assert unsealed_age() == timedelta(0)
