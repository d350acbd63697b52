"""Each tampering is found, and those signed with the key by a tree head kept outside."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Interaction, Position, PublishedTreeHead, SealedDates, SignedTreeHead
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.sealing.log_verification import verify_session
from deliberate.sealing.tree_heads import export_tree_head, sign_tree_head
from tests.log.prepared_log import prepare_log, tampered
from tests.log.tamperings import PAGES, ROWS, SEALS


def find_page_faults(session: Session) -> list[object]:
    """Return the differences of the pages from the log; tree heads take no part in it."""
    return [*compare_pages(session), *find_counter_mismatches(session)]


def rewrite(session: Session, settings, key) -> None:
    """Sign the log as it is now, as an operator with the key can: dense, hashed, one new head."""
    ids = session.scalars(select(Position.entry).order_by(Position.seq)).all()
    session.execute(delete(Position))
    leaves = []
    for seq, entry in enumerate(ids):
        row = session.get_one(Interaction, entry)
        leaves.append(leaf(public_half(row), private_half(row)))
        session.execute(insert(Position).values(seq=seq, entry=entry))
        session.execute(update(Interaction).where(Interaction.id == entry).values(leaf=leaves[-1]))
    for model in (SignedTreeHead, PublishedTreeHead, SealedDates):
        session.execute(delete(model))
    session.expire_all()
    tree = sealing.MerkleTree()
    tree.extend(leaves)
    session.add(sign_tree_head(tree, None, key, settings.base_url, now()))
    session.flush()


def test_every_tampering_with_the_log_is_found(app, clock):
    prepare_log(app, clock)
    log_path = app.config["SETTINGS"].log_path
    kept = export_tree_head(sealing.latest_tree_head(db.session))
    assert verify_session(db.session(), log_path, (kept,)) == []
    missed = []
    for tampering in (*ROWS, *SEALS):
        with tampered(*tampering.statements) as session:
            missed += [
                (tampering.what, len(heads))
                for heads in ((), (kept,))
                if not verify_session(session, log_path, heads)
            ]
    assert missed == []


def test_every_tampering_with_pages_is_found(app, clock):
    prepare_log(app, clock)
    assert find_page_faults(db.session()) == []
    missed = []
    for tampering in PAGES:
        with tampered(*tampering.statements) as session:
            if not find_page_faults(session):
                missed.append(tampering.what)
    assert missed == []


def test_every_log_rewritten_with_the_key_is_found_with_a_head_kept_outside(app, clock):
    prepare_log(app, clock)
    settings = app.config["SETTINGS"]
    kept = export_tree_head(sealing.latest_tree_head(db.session))
    key = sealing.current_signing_key(settings)
    missed = []
    for tampering in ROWS:
        with tampered(*tampering.statements) as session:
            rewrite(session, settings, key)
            assert verify_session(session) == [], tampering.what
            if not verify_session(session, None, (kept,)):
                missed.append(tampering.what)
    assert missed == []
