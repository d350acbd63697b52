"""A process with a draft text of three versions that are known unit by unit."""

import pytest

from deliberate.operations.documents.versions import DraftEntry, open_document
from tests import factories
from tests.documents.draft_texts import read_draft


@pytest.fixture
def institution(app, clock):
    return factories.create_institution("hukum")


@pytest.fixture
def process(institution):
    return factories.create_process(institution)


@pytest.fixture
def officer(institution):
    return factories.create_staff(institution)


@pytest.fixture
def document(process, officer):
    entry = DraftEntry("Partisipasi Masyarakat", "id", read_draft("participation-v1.txt"))
    return open_document(officer, process, entry)
