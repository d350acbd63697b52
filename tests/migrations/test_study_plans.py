"""Study plans and codes of machines come with their tables, and releases without an entry stay."""

from flask_migrate import downgrade, upgrade

from deliberate.database import db
from deliberate.models import MachineCoding, Release, StudyPlan, StudyPlanShare
from tests.migrations import schema_0001

RELEASE = r"""
INSERT INTO release (id, process_id, stamp, tier, built_at, manifest, size, removed_reason)
VALUES (7, 1, '2026-03-05', 'open', '2026-03-05 01:00:00', '{"files"\: {}}', 9, '')
"""
ROWS = r"""
INSERT INTO study_plan (id, process_id, version, title, questions, hypotheses, measures,
  stopping_rule, changes, language, registered_by_id, registered_at, entry, salt)
VALUES (3, 1, 1, 'Siapa', 'Apa?', 'Ya', 'DQ1', 'Akhir', '', 'id', 1, '2026-03-05 01:00:00',
  'e', 'ssssssssssssssss');
INSERT INTO study_plan_share (plan_id, earlier, later, counted_at)
VALUES (3, 1, 99, '2026-03-05 01:00:00');
INSERT INTO sample (id, process_id, kind, seed, population, drawn_at)
VALUES (5, 1, 'respect', 1, 2, '2026-03-05 01:00:00');
INSERT INTO machine_coding (id, sample_id, name, codes, imported_by_id, imported_at)
VALUES (4, 5, 'Model', '{"1"\: 0}', 1, '2026-03-05 01:00:00')
"""


def test_new_tables_hold_rows_and_go_again(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0016")
    schema_0001.execute(RELEASE)
    upgrade()
    schema_0001.execute(ROWS)
    release = db.session.query(Release).filter_by(stamp="2026-03-05").one()
    assert (release.size, release.entry) == (9, None)
    assert db.session.query(StudyPlan).one().title == "Siapa"
    assert db.session.query(StudyPlanShare).one().later_percent == 99
    assert db.session.query(MachineCoding).one().codes == {"1": 0}
    db.session.remove()
    downgrade(revision="0016")
    upgrade()
    assert db.session.query(StudyPlan).count() == 0
    assert db.session.query(Release).filter_by(stamp="2026-03-05").one().size == 9
