"""The public log as files: tree heads, leaf hashes, proofs, the verifier, receipts as JSON."""

import json

from flask import Response, abort
from flask.typing import ResponseReturnValue

from deliberate import sealing
from deliberate.queries.log.receipts import get_receipt
from deliberate.queries.log.tree_heads import latest_published_head
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    signed_in_person,
)

blueprint = LocalizedBlueprint("log_files", localized=False, url_prefix="/log")
ONE_YEAR_SECONDS = 31536000
MAX_POSITION = 999_999_999_999
POSITION = f"int(max={MAX_POSITION})"


@blueprint.page("/heads.jsonl", "public")
def heads() -> ResponseReturnValue:
    """Return the published tree heads, oldest first, each with its consistency proof.

    `?after=SIZE` returns those above a size.
    """
    after = int_arg("after", MAX_POSITION) or 0
    lines = [json.dumps(head) + "\n" for head in sealing.published_heads_json(after)]
    return Response(lines, mimetype="application/jsonl")


@blueprint.page(f"/entries/<{POSITION}:position>.json", "public")
def entry(position: int) -> ResponseReturnValue:
    """Return the proof that an entry is in the log of the newest published tree head."""
    head = get_or_404(latest_published_head())
    try:
        return sealing.inclusion_proof(position, head.size).as_json()
    except sealing.NotSealed:
        abort(404)


@blueprint.page(f"/consistency/<{POSITION}:first>/<{POSITION}:second>.json", "public")
def consistency(first: int, second: int) -> ResponseReturnValue:
    """Return the proof that the log of `first` entries is a prefix of that of `second`."""
    head = get_or_404(latest_published_head())
    try:
        path = sealing.consistency_proof(first, second if second <= head.size else 0)
    except sealing.NotSealed:
        abort(404)
    return {"first": first, "second": second, "path": [part.hex() for part in path]}


@blueprint.page("/leaves.txt", "public")
def leaves() -> ResponseReturnValue:
    """Return the names of the files of leaf hashes, one per line."""
    names = [f"{file.name}\n" for file in sealing.leaf_files(current_settings().log_path)]
    return Response(names, mimetype="text/plain")


@blueprint.page("/leaves/<string(maxlength=40):name>", "public")
def leaf_file(name: str) -> ResponseReturnValue:
    """Return a file of leaf hashes, which never changes."""
    folder = current_settings().log_path / sealing.LEAF_FOLDER
    response = send_stored_file(folder, name, mimetype="text/plain", max_age=ONE_YEAR_SECONDS)
    response.cache_control.immutable = True
    return response


@blueprint.page("/verify.py", "public")
def verifier() -> ResponseReturnValue:
    """Return the standalone verifier."""
    response = Response(sealing.verifier_program(), mimetype="text/x-python")
    response.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@blueprint.page("/receipts/<string(length=32):entry>.json", "signed_in")
def receipt(entry: str) -> ResponseReturnValue:
    """Return the receipt of an act as a file to the person who acted."""
    receipt = get_or_404(get_receipt(entry, signed_in_person().actor_id))
    response = Response(receipt.file_content + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{entry}.json"'
    return response
