"""The sealed log (RFC 9162, section 2.1): numbers, tree heads, signatures, segments, proofs."""

from importlib.resources import files

from deliberate.sealing.heads import FIRST, SignedHead, latest_head
from deliberate.sealing.keys import WrongKey, public_key, signing_key
from deliberate.sealing.log_verification import verify
from deliberate.sealing.parts import Fault
from deliberate.sealing.proofs import NotSealed, Proof, consistency, prove
from deliberate.sealing.publishing import (
    LEAVES,
    leaf_files,
    publish_heads,
    published_heads,
    witness_letter,
    write_leaves,
)
from deliberate.sealing.sealer import ROWS_A_HEAD, own_key, seal, seal_all, seal_log
from deliberate.sealing.segments import ROWS_A_SEGMENT, write_segments
from deliberate.sealing.tree import Tree
from deliberate.sealing.verifier import node

__all__ = [
    "FIRST",
    "LEAVES",
    "ROWS_A_HEAD",
    "ROWS_A_SEGMENT",
    "Fault",
    "NotSealed",
    "Proof",
    "SignedHead",
    "Tree",
    "WrongKey",
    "consistency",
    "latest_head",
    "leaf_files",
    "node",
    "own_key",
    "prove",
    "public_key",
    "publish_heads",
    "published_heads",
    "seal",
    "seal_all",
    "seal_log",
    "signing_key",
    "verifier_program",
    "verify",
    "witness_letter",
    "write_leaves",
    "write_segments",
]


def verifier_program() -> str:
    """The text of verify.py, which stands alone."""
    return files("deliberate.sealing").joinpath("verifier.py").read_text("utf-8")
