"""Fixtures of the tests of responses: the language of messages, an institution, its officer."""

import pytest
from flask_babel import force_locale

from tests import factories


@pytest.fixture
def english(app):
    """Write messages in English."""
    with force_locale("en"):
        yield


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def officer(institution):
    return factories.create_staff(institution)
