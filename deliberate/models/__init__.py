"""The things of the house, each a table, with what is true of it alone."""

from deliberate.models.comment import Comment, Rating
from deliberate.models.head import Head
from deliberate.models.institution import Institution
from deliberate.models.interaction import Interaction
from deliberate.models.person import Device, Person, PersonKey, Tries
from deliberate.models.poll import Ballot, Option, Poll, Roll
from deliberate.models.process import Phase, Process, ProcessInstitution
from deliberate.models.proposal import Draft, Follow, Proposal, ProposalVersion, Support
from deliberate.models.response import Commitment, Response
from deliberate.models.score import Snapshot

__all__ = [
    "Ballot",
    "Comment",
    "Commitment",
    "Device",
    "Draft",
    "Follow",
    "Head",
    "Institution",
    "Interaction",
    "Option",
    "Person",
    "PersonKey",
    "Phase",
    "Poll",
    "Process",
    "ProcessInstitution",
    "Proposal",
    "ProposalVersion",
    "Rating",
    "Response",
    "Roll",
    "Snapshot",
    "Support",
    "Tries",
]
