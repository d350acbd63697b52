"""The public log as files: heads, leaf hashes, proofs, the verifier, receipts as JSON."""

import json

from flask import Response, abort, current_app, request, send_from_directory
from flask.typing import ResponseReturnValue

from deliberate import sealing
from deliberate.config import Settings
from deliberate.queries.log import published_head, receipt_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404

blueprint = LocalizedBlueprint("log_files", localized=False, url_prefix="/log")


@blueprint.page("/heads.jsonl", "public")
def heads() -> ResponseReturnValue:
    """The heads given out, oldest first, each with the proof that it continues the one before.

    `?after=SIZE` gives those over more entries.
    """
    after = request.args.get("after", 0, type=int)
    lines = [json.dumps(head) + "\n" for head in sealing.published_heads(after)]
    return Response(lines, mimetype="application/jsonl")


@blueprint.page("/entries/<int(max=999999999999):number>.json", "public")
def entry(number: int) -> ResponseReturnValue:
    """The proof that an entry lies in the log as the newest head given out has it."""
    head = get_or_404(published_head())
    try:
        return sealing.prove(number, head.size).as_json()
    except sealing.NotSealed:
        abort(404)


@blueprint.page(
    "/consistency/<int(max=999999999999):first>/<int(max=999999999999):second>.json", "public"
)
def consistency(first: int, second: int) -> ResponseReturnValue:
    """The proof that the log of `first` entries begins that of `second`."""
    head = get_or_404(published_head())
    try:
        path = sealing.consistency(first, second if second <= head.size else 0)
    except sealing.NotSealed:
        abort(404)
    return {"first": first, "second": second, "path": [part.hex() for part in path]}


@blueprint.page("/leaves.txt", "public")
def leaves() -> ResponseReturnValue:
    """The names of the files of leaf hashes, one a line."""
    names = [f"{file.name}\n" for file in sealing.leaf_files(_settings().log_path)]
    return Response(names, mimetype="text/plain")


@blueprint.page("/leaves/<string(maxlength=40):name>", "public")
def leaf_file(name: str) -> ResponseReturnValue:
    """One file of leaf hashes; it never changes."""
    folder = _settings().log_path / sealing.LEAVES
    answer = send_from_directory(folder, name, mimetype="text/plain", max_age=31536000)
    answer.cache_control.immutable = True
    return answer


@blueprint.page("/verify.py", "public")
def verifier() -> ResponseReturnValue:
    """The program with which anybody checks the log at home."""
    answer = Response(sealing.verifier_program(), mimetype="text/x-python")
    answer.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    return answer


@blueprint.page("/receipts/<string(length=32):entry>.json", "signed_in")
def receipt(entry: str) -> ResponseReturnValue:
    """One's own receipt as a file."""
    found = get_or_404(receipt_of(entry, current_person().actor_id))
    answer = Response(found.code + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{entry}.json"'
    return answer


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
