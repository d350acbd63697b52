"""Test imports from CONSUL: plain text, staff and associations."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Comment, Person, Proposal
from tests.imports.import_files import run_import, write_consul

PROPOSAL = {"id": 1, "title": "Luz", "author_id": "m1", "created_on": "2015-09-15"}
COMMENT = {"proposal_id": 1, "author_id": "m2", "created_at": "2015-09-16T10:00:00"}


def test_consul_plain_text_becomes_paragraphs_without_markup(app, tmp_path):
    folder = write_consul(
        tmp_path, [PROPOSAL], [{**COMMENT, "id": 5, "body": "1 < 2\nsí\n\nno *a*"}]
    )
    run_import("consul", folder)
    comment = db.session.scalars(select(Comment)).one()
    assert comment.body_html == "<p>1 &lt; 2<br>sí</p><p>no *a*</p>"
    assert comment.stance is None


def test_consul_summary_and_body_are_joined(app, tmp_path):
    run_import(
        "consul", write_consul(tmp_path, [{**PROPOSAL, "summary": "Más", "body": "Ahora"}], [])
    )
    assert db.session.scalars(select(Proposal)).one().body == "Más\n\nAhora"


def test_consul_staff_and_associations_act_in_their_roles(app, tmp_path, log):
    rows = [
        {**COMMENT, "id": 5, "author_type": "Empleados públicos"},
        {**COMMENT, "id": 6, "author_id": "m3", "author_type": "Colectivo"},
        {**COMMENT, "id": 7, "author_id": "m1", "author_type": "Autor"},
    ]
    run_import("consul", write_consul(tmp_path, [{**PROPOSAL, "is_association": "1"}], rows))
    roles = [(row.actor_role, row.account_class) for row in log()[1:]]
    assert roles == [
        ("resident", "organisation"),
        ("staff", "person"),
        ("resident", "organisation"),
        ("resident", "person"),
    ]
    people = {p.source: p.role for p in db.session.scalars(select(Person))}
    assert people["consul:taman:m2"] == "staff"
