"""The sealed log (RFC 9162, section 2.1): positions, tree heads, segments, proofs."""

from importlib.resources import files
from typing import TYPE_CHECKING

from deliberate.lazy_imports import lazy_names

if TYPE_CHECKING:
    from deliberate.sealing.date_verification import Fault
    from deliberate.sealing.head_publishing import (
        latest_published_head,
        publish_heads,
        published_heads_json,
    )
    from deliberate.sealing.kept_outside.external_heads import split_external_heads
    from deliberate.sealing.kept_outside.witness_mail import compose_witness_mail
    from deliberate.sealing.leaf_hash_files import LEAF_FOLDER, leaf_files, write_leaf_file
    from deliberate.sealing.log_verification import verify_log
    from deliberate.sealing.merkle_proofs import (
        InclusionProof,
        NotSealed,
        consistency_proof,
        inclusion_proof,
    )
    from deliberate.sealing.merkle_tree import MerkleTree
    from deliberate.sealing.sealer import (
        ROWS_PER_HEAD,
        current_signing_key,
        seal_all,
        seal_batch,
        seal_log,
    )
    from deliberate.sealing.segments import ROWS_PER_SEGMENT, write_segments
    from deliberate.sealing.signing_keys import WrongKey, load_signing_key, public_key_hex
    from deliberate.sealing.tree_heads import NO_PREVIOUS_HEAD, ExportedTreeHead, latest_tree_head
    from deliberate.sealing.verifier import node_hash

__all__ = [
    "LEAF_FOLDER",
    "NO_PREVIOUS_HEAD",
    "ROWS_PER_HEAD",
    "ROWS_PER_SEGMENT",
    "ExportedTreeHead",
    "Fault",
    "InclusionProof",
    "MerkleTree",
    "NotSealed",
    "WrongKey",
    "compose_witness_mail",
    "consistency_proof",
    "current_signing_key",
    "inclusion_proof",
    "latest_published_head",
    "latest_tree_head",
    "leaf_files",
    "load_signing_key",
    "node_hash",
    "public_key_hex",
    "publish_heads",
    "published_heads_json",
    "seal_all",
    "seal_batch",
    "seal_log",
    "split_external_heads",
    "verifier_program",
    "verify_log",
    "write_leaf_file",
    "write_segments",
]

_MODULES = {
    "date_verification": ("Fault",),
    "kept_outside.external_heads": ("split_external_heads",),
    "head_publishing": ("latest_published_head", "publish_heads", "published_heads_json"),
    "leaf_hash_files": ("LEAF_FOLDER", "leaf_files", "write_leaf_file"),
    "log_verification": ("verify_log",),
    "merkle_proofs": ("InclusionProof", "NotSealed", "consistency_proof", "inclusion_proof"),
    "merkle_tree": ("MerkleTree",),
    "sealer": ("ROWS_PER_HEAD", "current_signing_key", "seal_all", "seal_batch", "seal_log"),
    "segments": ("ROWS_PER_SEGMENT", "write_segments"),
    "signing_keys": ("WrongKey", "load_signing_key", "public_key_hex"),
    "tree_heads": ("ExportedTreeHead", "NO_PREVIOUS_HEAD", "latest_tree_head"),
    "verifier": ("node_hash",),
    "kept_outside.witness_mail": ("compose_witness_mail",),
}
"""Modules of the names above. Each is imported when its name is first used: pages show proofs, and
only processes that seal or verify load what reads and writes segments."""
__getattr__ = lazy_names(__name__, _MODULES)


def verifier_program() -> str:
    """Return the source of verify.py, which people download and run without this package."""
    return files("deliberate.sealing").joinpath("verifier.py").read_text("utf-8")
