"""Statements of pages that are read most are built once: building one takes longer than a query."""

from contextlib import contextmanager
from unittest.mock import patch

import pytest
from sqlalchemy.sql.selectable import CompoundSelect, Select

from deliberate.database import db
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.statement_counter import record_queries


@contextmanager
def count_built():
    """Yield a list that receives each SELECT statement that is built inside the block."""
    built = []

    def watch(kind):
        original = kind.__init__

        def init(self, *args, **options):
            built.append(kind)
            original(self, *args, **options)

        return patch.object(kind, "__init__", init)

    with watch(Select), watch(CompoundSelect):
        yield built


@pytest.fixture
def thread(app):
    proposal = factories.create_proposal()
    first = post_comment(factories.create_resident(), proposal, "Shade first.", stance=Stance.FOR)
    post_comment(factories.create_resident(), proposal, "It costs.", stance=Stance.AGAINST)
    db.session.rollback()
    return proposal, first


def readers(app):
    yield anonymous_client(app)
    for person in (factories.create_resident(), factories.create_staff(role=Role.MODERATOR)):
        yield signed_in_client(app, person)


@pytest.mark.parametrize("query", ["", "?order=newest", "?after={id}", "?at={id}", "?open={id}"])
def test_page_of_a_proposal_builds_no_statement_after_the_first_time(app, thread, query):
    proposal, first = thread
    path = f"/en/proposals/{proposal.id}-{proposal.slug}{query.format(id=first.id)}"
    for reader in readers(app):
        reader.get(path)
        with count_built() as built, record_queries() as asked:
            response = reader.get(path)
        assert response.status_code == 200
        assert built == [] and len(asked) <= 8


def test_kept_page_builds_no_statement(app, thread):
    reader = anonymous_client(app)
    for path in ("/en/", "/en/proposals", "/en/polls/", "/en/responses", "/en/scores/"):
        reader.get(path)
        with count_built() as built:
            assert reader.get(path).status_code == 200
        assert built == []
