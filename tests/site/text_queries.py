"""The functions of queries, exports and notifications that select text which not everybody reads.

Each is listed here: with a call whose result is searched for texts a stranger may not see, or with
those who read what it returns.
"""

import ast
from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import inspect

from deliberate import models
from deliberate.models import Person
from deliberate.models.moderation.visibility import PUBLIC
from deliberate.queries.notices.calendars import list_due_dates
from deliberate.queries.notices.feeds import FeedScope, list_feed_entries
from deliberate.queries.processes.for_you import list_replies_to
from deliberate.queries.processes.home import (
    list_longest_waiting,
    list_newest_responses,
    list_open_processes,
)
from deliberate.queries.processes.name_lists import topics_of_all_processes
from deliberate.queries.processes.processes import (
    get_process,
    list_counted_processes,
    list_opened_processes,
)
from deliberate.queries.proposals.listing import ProposalFilters, filter_choices, list_proposals
from deliberate.queries.proposals.map_marks import list_places, overview_map
from deliberate.queries.proposals.workflow_state import ListState
from deliberate.queries.releases.data_access_requests import (
    requestable_processes,
    studies_with_acts_of,
)
from deliberate.queries.responses.desk import list_open_cases
from deliberate.queries.responses.desk_reports import get_monthly_report
from deliberate.queries.responses.institution_figures import list_often_referred_proposals
from deliberate.queries.responses.overlaps import list_cases, overlap_map
from deliberate.queries.responses.responses import (
    get_visible_proposal,
    list_pending_responses,
    newest_responses,
)
from deliberate.queries.scores.assessments import public_assessments
from deliberate.queries.scores.comparison import comparison_choices
from deliberate.queries.scores.studies.cases import get_judged_process, list_judged_cases
from deliberate.queries.search.query import KINDS, SearchQuery, search_texts
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.queries.site.pictures import first_pictures, list_pictures
from deliberate.queries.site.sitemap import sitemap_entries
from deliberate.queries.threads.comment_rows import list_creditable_comments
from deliberate.queries.threads.open_questions import open_arguments, open_questions
from deliberate.queries.threads.pagination import ThreadOrder, ThreadRequest
from deliberate.queries.threads.thread_page import get_thread_page
from deliberate.queries.threads.waiting_comments import waiting_in_process, waiting_in_thread
from tests.site.text_markers import SEARCHED_WORD, text_models
from tests.site.visibility_site import VisibilitySite
from tests.structure.source_tree import PACKAGE, ROOT, Function, functions

RESTRICTED = {
    model.__name__: columns
    for model in text_models()
    if model is not Person  # of a person, pages show the name and the area
    and (columns := {column for column, readers in model.readers.items() if readers != PUBLIC})
}
"""Text columns that not everybody may read, by model."""
SELECTING_CALLS = {
    "select",
    "get",
    "get_one",
    "joinedload",
    "selectinload",
    "contains_eager",
    "_by_id",
}


def text_queries() -> dict[str, Function]:
    """Return the public functions that select restricted text, by "module.function".

    A function selects what the private functions and constants of its module select.
    """
    return {
        f"{module}.{name}": function
        for module, tree in _modules()
        for name, function in _functions(tree).items()
        if not name.startswith("_") and _selects_text(function, tree)
    }


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for package in ("queries", "exports", "notifications"):
        for path in sorted((PACKAGE / package).rglob("*.py")):
            module = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
            yield module, ast.parse((ROOT / path).read_text(encoding="utf-8"))


def _functions(tree: ast.Module) -> dict[str, Function]:
    return {node.name: node for node in functions(tree) if node in tree.body}


def _definitions(tree: ast.Module) -> dict[str, ast.AST]:
    """Return functions and constants of a module by name."""
    constants = {
        target.id: node
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    return {**constants, **_functions(tree)}


def _selects_text(function: Function, tree: ast.Module) -> bool:
    """Return whether a function, or a private one it refers to, selects restricted text."""
    definitions, reached, waiting = _definitions(tree), set[str](), [function.name]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        if any(map(_is_text_selection, ast.walk(definitions[name]))):
            return True
        names = {node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)}
        waiting += [n for n in names & set(definitions) if n.startswith("_") and n not in reached]
    return False


def _is_text_selection(node: ast.AST) -> bool:
    """Return whether a node selects a model with restricted text, or names such a column."""
    if isinstance(node, ast.Attribute):
        return _is_text_column(node)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in SELECTING_CALLS and any(map(_is_selected_text, node.args))


def _is_text_column(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.attr in RESTRICTED.get(node.value.id, ())


def _is_selected_text(argument: ast.expr) -> bool:
    """Return whether a model, or a relationship to one, has restricted text."""
    if isinstance(argument, ast.Name):
        return argument.id in RESTRICTED
    if not isinstance(argument, ast.Attribute) or not isinstance(argument.value, ast.Name):
        return False
    model = getattr(models, argument.value.id, None)
    relationships = inspect(model).relationships if model is not None else {}
    related = relationships.get(argument.attr)
    return related is not None and related.mapper.class_.__name__ in RESTRICTED


CHECKED_BY_CALLER = "the page asks the row whether its reader may see it"
"""Tested by the requests of test_text_visibility.py."""
OWN = "its author"
ADMINISTRATORS = "administrators, and the invited person in a mail"
MODERATORS = "moderators, on their pages"
STAFF = "the people of an institution, on their pages"
ASSESSORS = "those who assess, code or set up, on their pages"
RESEARCHERS = "the researcher who asked, and administrators"
NO_TEXT = "nobody: it returns ids, counts or yes and no"
READERS = {
    "queries.accounts.account_data.get_account_data": OWN,
    "queries.accounts.invitations.get_invitation": ADMINISTRATORS,
    "queries.accounts.invitations.get_invitation_by_hash": CHECKED_BY_CALLER,
    "queries.accounts.invitations.is_pending": NO_TEXT,
    "queries.accounts.invitations.list_invitations_to_mail": ADMINISTRATORS,
    "queries.accounts.invitations.list_open_invitations": ADMINISTRATORS,
    "queries.accounts.participation.get_participation": CHECKED_BY_CALLER,
    "queries.accounts.verified_residents.entry_of_address": NO_TEXT,
    "queries.accounts.verified_residents.is_on_resident_list": NO_TEXT,
    "queries.accounts.verified_residents.list_resident_lists": ASSESSORS,
    "queries.log.assessments.compare_assessments": NO_TEXT,
    "queries.log.authors.compare_authors": NO_TEXT,
    "queries.log.decided_states.compare_decided_states": NO_TEXT,
    "queries.log.draft_texts.compare_draft_texts": NO_TEXT,
    "queries.log.official_texts.compare_official_texts": NO_TEXT,
    "queries.log.page_comparison.compare_pages": NO_TEXT,
    "queries.moderation.contributions.get_contribution": CHECKED_BY_CALLER,
    "queries.moderation.contributions.load_contributions": MODERATORS,
    "queries.moderation.decisions.open_reports": MODERATORS,
    "queries.moderation.decisions.list_decisions": MODERATORS,
    "queries.moderation.decisions.get_last_decision": MODERATORS,
    "queries.moderation.decisions.get_decided_contribution": MODERATORS,
    "queries.moderation.decisions.get_appeal": MODERATORS,
    "queries.moderation.hold_rules.matching_hold_rule": NO_TEXT,
    "queries.moderation.open_items.get_open_edit_request": MODERATORS,
    "queries.moderation.open_items.open_escalations": MODERATORS,
    "queries.moderation.public_record.decision_page": CHECKED_BY_CALLER,
    "queries.moderation.queue.held_contributions": MODERATORS,
    "queries.moderation.queue.open_appeals": MODERATORS,
    "queries.moderation.queue.open_edit_requests": MODERATORS,
    "queries.moderation.sanctions.list_sanctions": OWN,
    "queries.moderation.sanctions.get_active_sanction": OWN,
    "queries.moderation.sanctions.appealed_sanctions": MODERATORS,
    "queries.moderation.sanctions.get_sanction": MODERATORS,
    "queries.notices.recipients.count_recipients": NO_TEXT,
    "queries.polls.counted_ballots.ballot_lines": NO_TEXT,
    "queries.polls.counted_ballots.public_ballots": NO_TEXT,
    "queries.polls.polls.get_poll": CHECKED_BY_CALLER,
    "queries.polls.polls.proposal_polls": CHECKED_BY_CALLER,
    "queries.polls.polls.poll_page": CHECKED_BY_CALLER,
    "queries.notices.webhooks.get_webhook": ADMINISTRATORS,
    "queries.responses.outside_systems.get_outside_system": ADMINISTRATORS,
    "queries.responses.outside_systems.get_system_of_name": ADMINISTRATORS,
    "queries.responses.outside_systems.list_outside_systems": ADMINISTRATORS,
    "queries.notices.webhooks.list_due_webhooks": NO_TEXT,
    "queries.notices.webhooks.list_webhooks": ADMINISTRATORS,
    "queries.polls.results.count_ballots": NO_TEXT,
    "queries.processes.home.list_closing_soon": CHECKED_BY_CALLER,
    "queries.processes.home.get_month_figures": NO_TEXT,
    "queries.processes.phases.get_next_phase": CHECKED_BY_CALLER,
    "queries.proposals.listing.filtered_ids": NO_TEXT,
    "queries.proposals.map_marks.list_map": CHECKED_BY_CALLER,
    "queries.proposals.map_marks.place_map": CHECKED_BY_CALLER,
    "exports.tables.draft_texts_csv.write_draft_texts": CHECKED_BY_CALLER,
    "queries.documents.answer_desk.get_answer_draft": STAFF,
    "queries.documents.answer_desk.list_answer_drafts": STAFF,
    "queries.documents.answer_desk.list_contributions_of": CHECKED_BY_CALLER,
    "queries.documents.answer_desk.list_documents_with_open_contributions": CHECKED_BY_CALLER,
    "queries.documents.answer_desk.list_open_contributions": STAFF,
    "queries.documents.answers.count_all_rights": NO_TEXT,
    "queries.documents.answers.count_rights": NO_TEXT,
    "queries.documents.answers.count_unanswered": NO_TEXT,
    "queries.documents.answers.list_answers": CHECKED_BY_CALLER,
    "queries.documents.answers.list_report_rows": CHECKED_BY_CALLER,
    "queries.documents.contributions.count_contributions": NO_TEXT,
    "queries.documents.contributions.count_earlier_contributions": NO_TEXT,
    "queries.documents.contributions.count_contributions_at": NO_TEXT,
    "queries.documents.contributions.get_unit_contribution": CHECKED_BY_CALLER,
    "queries.documents.contributions.is_beyond_first_replies": NO_TEXT,
    "queries.documents.contributions.list_page_of_replies": CHECKED_BY_CALLER,
    "queries.documents.contributions.list_contributions": CHECKED_BY_CALLER,
    "queries.documents.contributions.get_promoted_amendment": CHECKED_BY_CALLER,
    "queries.documents.contributions.list_replies": CHECKED_BY_CALLER,
    "queries.documents.contributions.list_like_amendments": CHECKED_BY_CALLER,
    "queries.documents.documents.get_document": CHECKED_BY_CALLER,
    "queries.documents.documents.get_unit": CHECKED_BY_CALLER,
    "queries.documents.documents.get_unit_by_id": CHECKED_BY_CALLER,
    "queries.documents.documents.list_draft_texts": CHECKED_BY_CALLER,
    "queries.documents.documents.list_units": CHECKED_BY_CALLER,
    "queries.documents.unit_pages.get_unit_page": CHECKED_BY_CALLER,
    "queries.processes.meetings.get_meeting": CHECKED_BY_CALLER,
    "queries.documents.version_comparison.explain_units": CHECKED_BY_CALLER,
    "queries.processes.meetings.list_meetings": CHECKED_BY_CALLER,
    "queries.processes.meetings.list_meetings_alike": STAFF,
    "queries.processes.news.get_news": CHECKED_BY_CALLER,
    "queries.processes.news.list_news": CHECKED_BY_CALLER,
    "queries.processes.process_information.get_contact": CHECKED_BY_CALLER,
    "queries.processes.process_information.get_document": CHECKED_BY_CALLER,
    "queries.processes.process_information.get_document_by_name": CHECKED_BY_CALLER,
    "queries.processes.process_information.list_contacts": CHECKED_BY_CALLER,
    "queries.processes.process_information.list_documents": CHECKED_BY_CALLER,
    "queries.processes.name_lists.areas_of_all_processes": ASSESSORS,
    "queries.processes.name_lists.areas_of_residents": ASSESSORS,
    "queries.processes.phases.processes_allowing": CHECKED_BY_CALLER,
    "queries.processes.phases.get_next_phase_allowing": CHECKED_BY_CALLER,
    "queries.processes.process_setup.get_process_for_setup": ASSESSORS,
    "queries.processes.process_setup.list_processes_for_setup": ASSESSORS,
    "queries.processes.processes.get_process_of": CHECKED_BY_CALLER,
    "queries.proposals.attachments.list_attachments": OWN,
    "queries.proposals.attachments.get_attachment_by_name": CHECKED_BY_CALLER,
    "queries.proposals.attachments.get_attachment": CHECKED_BY_CALLER,
    "queries.proposals.coauthors.get_open_request": OWN,
    "queries.proposals.coauthors.get_withdrawal_request": OWN,
    "queries.proposals.coauthors.get_work": CHECKED_BY_CALLER,
    "queries.proposals.drafts.get_draft": OWN,
    "queries.proposals.drafts.list_drafts": OWN,
    "queries.proposals.follows.has_topic": NO_TEXT,
    "queries.proposals.follows.shows_topic": NO_TEXT,
    "queries.proposals.follows.list_followed": OWN,
    "queries.proposals.proposal_page.get_proposal_page": CHECKED_BY_CALLER,
    "queries.proposals.proposal_page.get_related_items": CHECKED_BY_CALLER,
    "queries.proposals.proposals.get_proposal": CHECKED_BY_CALLER,
    "queries.proposals.summaries.current_summary": CHECKED_BY_CALLER,
    "queries.proposals.summaries.suggested_summary": OWN,
    "queries.proposals.summaries.pending_summaries": MODERATORS,
    "queries.releases.data_access_requests.get_data_access_request": RESEARCHERS,
    "queries.releases.data_access_requests.requests_by_person": RESEARCHERS,
    "queries.releases.data_access_requests.pending_requests": RESEARCHERS,
    "queries.releases.data_access_requests.decided_requests": RESEARCHERS,
    "queries.releases.data_access_requests.active_requests": RESEARCHERS,
    "queries.releases.data_access_requests.expired_requests": RESEARCHERS,
    "queries.responses.commitments.list_commitments": CHECKED_BY_CALLER,
    "queries.proposals.listing.count_proposals": NO_TEXT,
    "queries.proposals.listing.listed_answered_count": NO_TEXT,
    "queries.proposals.listing.listed_comment_count": NO_TEXT,
    "queries.proposals.listing.listed_proposal_count": NO_TEXT,
    "queries.proposals.stored_files.file_names": NO_TEXT,
    "queries.proposals.stored_files.person_file_bytes": NO_TEXT,
    "queries.responses.desk.is_due_soon": NO_TEXT,
    "queries.responses.desk.list_pending_referrals": STAFF,
    "queries.responses.desk.list_case_notes": STAFF,
    "queries.responses.institution_figures.list_institution_figures": NO_TEXT,
    "queries.responses.response_drafts.get_response_draft": STAFF,
    "queries.responses.response_drafts.get_draft_to_sign": STAFF,
    "queries.responses.response_drafts.list_drafts_to_sign": STAFF,
    "queries.responses.response_drafts.list_response_templates": STAFF,
    "queries.responses.response_drafts.get_response_template": STAFF,
    "queries.responses.responses.list_response_cards": CHECKED_BY_CALLER,
    "queries.scores.repeated_texts.count_repeated_texts": NO_TEXT,
    "queries.scores.assessments.get_assessment": ASSESSORS,
    "queries.scores.assessments.assessable_processes": ASSESSORS,
    "queries.scores.assessments.get_assessable_process": ASSESSORS,
    "queries.scores.assessments.newest_assessments": ASSESSORS,
    "queries.scores.assessments.assessments_awaiting_reply": STAFF,
    "queries.scores.assessments.unfrozen_plans": ASSESSORS,
    "queries.scores.studies.excerpts.coded_by_both": CHECKED_BY_CALLER,
    "queries.scores.studies.excerpts.get_excerpt": ASSESSORS,
    "queries.scores.studies.excerpts.list_excerpts": ASSESSORS,
    "queries.scores.studies.sources.get_source": ASSESSORS,
    "queries.scores.studies.sources.get_sources": ASSESSORS,
    "queries.scores.studies.sources.get_study_process": ASSESSORS,
    "queries.scores.studies.sources.list_sources": ASSESSORS,
    "queries.scores.coding.samples_of_process": CHECKED_BY_CALLER,
    "queries.scores.coding.newest_samples": CHECKED_BY_CALLER,
    "queries.scores.coding.get_sample": CHECKED_BY_CALLER,
    "queries.scores.coding.machine_codings": CHECKED_BY_CALLER,
    "queries.scores.planned_judged_logged.practices_elsewhere": CHECKED_BY_CALLER,
    "queries.scores.studies.cases.list_cases": CHECKED_BY_CALLER,
    "queries.scores.studies.sources.all_assessors_awaiting_study": CHECKED_BY_CALLER,
    "queries.scores.studies.sources.sources_with_names": CHECKED_BY_CALLER,
    "queries.scores.process_scores.newest_snapshots": CHECKED_BY_CALLER,
    "queries.scores.process_scores.unscored_processes": CHECKED_BY_CALLER,
    "queries.threads.comment_rows.rows_statement": CHECKED_BY_CALLER,
    "queries.threads.comments.get_comment": CHECKED_BY_CALLER,
    "queries.threads.open_questions.get_question": CHECKED_BY_CALLER,
    "queries.processes.for_you.list_own_proposals": OWN,
    "queries.site.pictures.get_picture": CHECKED_BY_CALLER,
    "queries.site.public_rows.filters_of": NO_TEXT,
    "queries.site.public_rows.get_public_row": CHECKED_BY_CALLER,
    "queries.site.public_rows.list_commitments_of": CHECKED_BY_CALLER,
    "queries.site.public_rows.list_public_rows": CHECKED_BY_CALLER,
    "queries.site.pictures.get_visible_file": NO_TEXT,
    "queries.threads.open_questions.list_own_open_questions": OWN,
    "exports.content_tables.write_proposals": CHECKED_BY_CALLER,
    "exports.protected_release.create_texts_table": CHECKED_BY_CALLER,
    "notifications.fanout.fan_out": NO_TEXT,
    "notifications.invitations.send_invitations": ADMINISTRATORS,
    "notifications.reminders.create_reminders": NO_TEXT,
    "notifications.templates.load_context": CHECKED_BY_CALLER,
    "notifications.templates.render_notification": CHECKED_BY_CALLER,
}
"""Functions that do not decide themselves who reads a text, each with its readers."""

VISIBLE_TO_ANYONE: dict[str, Callable[[VisibilitySite], object]] = {
    "queries.notices.feeds.list_feed_entries": lambda site: [
        list_feed_entries(FeedScope()),
        list_feed_entries(FeedScope(process_id=site.process.id)),
        *(list_feed_entries(FeedScope(row.id)) for row in site.proposals.values()),
    ],
    "queries.notices.calendars.list_due_dates": lambda site: list_due_dates(site.process),
    "queries.processes.home.list_newest_responses": lambda _site: list_newest_responses(),
    "queries.processes.home.list_longest_waiting": lambda _site: list_longest_waiting(),
    "queries.processes.home.list_open_processes": lambda _site: list_open_processes(),
    "queries.processes.name_lists.topics_of_all_processes": lambda _site: (
        topics_of_all_processes().names
    ),
    "queries.processes.processes.get_process": lambda _site: get_process("rencana"),
    "queries.processes.processes.list_opened_processes": lambda _site: list_opened_processes(
        None, 100
    ),
    "queries.processes.processes.list_counted_processes": lambda _site: [
        row.process for row in list_counted_processes(None, 100)
    ],
    "queries.proposals.listing.list_proposals": lambda _site: [
        list_proposals(ProposalFilters(state=state)) for state in ("", *ListState)
    ],
    "queries.proposals.listing.filter_choices": lambda _site: filter_choices("id"),
    "queries.releases.data_access_requests.requestable_processes": lambda _site: (
        requestable_processes()
    ),
    "queries.releases.data_access_requests.studies_with_acts_of": lambda site: studies_with_acts_of(
        site.reader
    ),
    "queries.responses.desk.list_open_cases": lambda _site: list_open_cases(None),
    "queries.responses.desk_reports.get_monthly_report": lambda _site: get_monthly_report(
        None, date(2026, 3, 1)
    ),
    "queries.responses.institution_figures.list_often_referred_proposals": lambda _site: (
        list_often_referred_proposals()
    ),
    "queries.responses.overlaps.list_cases": lambda _site: [
        list_cases(row.topic, part.institution, what)
        for row in overlap_map("id").topics
        for part in row.parts
        for what in ("answered", "declined")
    ],
    "queries.responses.overlaps.overlap_map": lambda _site: overlap_map("id").topics,
    "queries.responses.responses.get_visible_proposal": lambda site: [
        get_visible_proposal(row.id) for row in site.proposals.values()
    ],
    "queries.responses.responses.list_pending_responses": lambda _site: list_pending_responses(),
    "queries.responses.responses.newest_responses": lambda _site: newest_responses(),
    "queries.scores.assessments.public_assessments": lambda site: public_assessments(
        site.process.id
    ),
    "queries.scores.comparison.comparison_choices": lambda _site: comparison_choices("id"),
    "queries.scores.studies.cases.get_judged_process": lambda site: [
        get_judged_process(slug) for slug in ("rencana", site.process.slug)
    ],
    "queries.scores.studies.cases.list_judged_cases": lambda _site: list_judged_cases(),
    "queries.search.query.search_texts": lambda _site: [
        search_texts(SearchQuery(SEARCHED_WORD, kind, state=state))
        for kind in KINDS
        for state in ("", "withdrawn")
    ],
    "queries.search.similar_proposals.similar_proposals": lambda _site: similar_proposals(
        SEARCHED_WORD
    ),
    "queries.processes.for_you.list_replies_to": lambda site: [
        list_replies_to(person) for person in (site.reader, *site.authors.values())
    ],
    "queries.site.pictures.first_pictures": lambda site: first_pictures(
        [row.id for row in site.proposals.values()]
    ),
    "queries.site.pictures.list_pictures": lambda site: list_pictures("process", [site.process.id]),
    "queries.proposals.map_marks.list_places": lambda _site: list_places(),
    "queries.proposals.map_marks.overview_map": lambda _site: overview_map(ProposalFilters()),
    "queries.site.sitemap.sitemap_entries": lambda _site: sitemap_entries(),
    "queries.threads.comment_rows.list_creditable_comments": lambda site: [
        list_creditable_comments(row) for row in site.proposals.values()
    ],
    "queries.threads.thread_page.get_thread_page": lambda site: [
        get_thread_page(row, ThreadRequest(order))
        for row in site.proposals.values()
        for order in ThreadOrder
    ],
    "queries.threads.waiting_comments.waiting_in_thread": lambda site: [
        [found.newcomers.rows, found.questions.rows, found.others.rows]
        for found in map(waiting_in_thread, site.proposals.values())
    ],
    "queries.threads.waiting_comments.waiting_in_process": lambda site: [
        [found.newcomers.rows, found.questions.rows, found.others.rows, found.silent.rows]
        for found in [waiting_in_process(site.process.id)]
    ],
    "queries.threads.open_questions.open_arguments": lambda site: [
        open_arguments(row.id) for row in site.proposals.values()
    ],
    "queries.threads.open_questions.open_questions": lambda _site: open_questions(None),
}
"""Functions whose results anybody may read, each with calls that reach every state."""
