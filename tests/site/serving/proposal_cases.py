"""What a proposal page can show: each function adds it to a proposal, with its officer."""

from datetime import timedelta

from deliberate.clock import now
from deliberate.operations.proposals.attachments import add_attachment
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import ResponseDecision, Stance
from tests import factories


def talked_about(proposal, _officer):
    for stance in (Stance.FOR, Stance.AGAINST):
        argument = post_comment(factories.create_resident(), proposal, "Ya.", stance=stance)
        post_comment(factories.create_resident(), proposal, "Tidak.", parent=argument)


def with_files(proposal, _officer):
    for title in ("Halte", "Jalan"):
        add_attachment(proposal.author, proposal, title, b"a,b\n1,2\n3,4\n")


def with_polls(proposal, _officer):
    factories.create_poll(proposal.process, proposal=proposal)
    factories.close_poll(factories.create_poll(proposal.process, proposal=proposal))


def merged(proposal, officer):
    for _ in range(2):
        merge_proposals(officer, factories.create_proposal(proposal.process), proposal)


def handed_over(proposal, officer):
    for _ in range(2):
        support_proposal(factories.create_resident(), proposal)
    refer_proposal(officer, proposal, factories.create_institution(), "Jalan kabupaten.")


def answered(proposal, officer):
    until = (now() + timedelta(days=30)).date()
    for _version in range(2):
        publish_response(
            officer,
            proposal,
            ResponseDecision.ACCEPTED,
            "Kami bangun",
            "Segera.",
            commitments=[("Bangku", officer.institution, until)] * 2,
        )


def everything(proposal, officer):
    for case in (talked_about, with_files, with_polls, merged, answered):
        case(proposal, officer)


EACH = (talked_about, with_files, with_polls, merged, handed_over, answered)
