"""Retention: what the models declare is deleted after its period, and not before."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from deliberate.clock import now
from deliberate.database import Base, TransientBase, db, transient, unrecorded
from deliberate.database.personal_rows import blank
from deliberate.operations.accounts.retention import list_retention_rules, purge_expired
from tests import factories
from tests.accounts.personal_data.marked_rows import insert_row, marker_value
from tests.client import signed_in_client
from tests.structure.source_tree import ROOT

RULES = [(base, rule) for base in (Base, TransientBase) for rule in list_retention_rules(base)]
MARGIN = timedelta(minutes=1)


@pytest.mark.parametrize(("base", "rule"), RULES, ids=[rule.period.name for _, rule in RULES])
def test_rule_deletes_after_its_period_and_not_before(app, clock, base, rule):
    factories.create_resident()
    store_row(base, rule)
    clock.shift(rule.period.period - MARGIN)
    purge_expired()
    assert count_left(base, rule) == 1
    clock.shift(2 * MARGIN)
    assert expired(rule, dry_run=True) == 1
    assert count_left(base, rule) == 1
    assert expired(rule, dry_run=False) == 1
    assert count_left(base, rule) == 0
    assert expired(rule, dry_run=True) == 0


def store_row(base, rule):
    table = rule.model.__table__
    with unrecorded("a row") if base is Base else transient() as session:
        insert_row(session, table, {rule.period.begins: now()})
        if rule.column is not None:
            filled = {rule.column.name: marker_value(rule.column, "5ta7emen7x")}
            session.execute(update(table).values(filled))


def count_left(base, rule):
    """Return the number of rows, or of rows where the column of the rule is not empty."""
    rows = select(func.count()).select_from(rule.model)
    if rule.column is not None:
        rows = rows.where(rule.column != blank(rule.column))
    if base is Base:
        db.session.rollback()
        return db.session.scalar(rows)
    with transient(write=False) as store:
        return store.scalar(rows)


def expired(rule, *, dry_run):
    (count,) = [row.count for row in purge_expired(dry_run=dry_run) if row.rule == rule]
    return count


def test_command_reports_then_deletes(app, clock):
    signed_in_client(app, factories.create_resident())
    clock.shift(60 * 60 * 24 * 40)
    dry = app.test_cli_runner().invoke(args=["retention", "--dry-run"])
    assert "1  expired devices" in dry.output and "nothing was deleted" in dry.output
    app.test_cli_runner().invoke(args=["retention"])
    again = app.test_cli_runner().invoke(args=["retention", "--dry-run"])
    assert "0  expired devices" in again.output


def test_command_prints_the_rules_of_the_processing_record(app):
    output = app.test_cli_runner().invoke(args=["retention", "--dry-run"]).output
    printed = [line.split("  ")[-1] for line in output.splitlines()[:-1]]
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    part = page.partition("<!-- generated: retention -->")[2].partition("<!-- end -->")[0]
    assert printed == [line.removeprefix("- ") for line in part.split("\n") if line]
