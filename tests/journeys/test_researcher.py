"""Journey: a researcher asks for protected data, verifies it, and loses access on its last day."""

import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.journeys.town import Town
from tests.journeys.walker import Walker

REQUEST = {
    "purpose": "Apa yang membuat orang kembali?",
    "ethics_reference": "KE/12/2026",
    "access_until": "2026-03-20",
}


def test_researcher_verifies_protected_data_until_access_ends(town: Town, tmp_path: Path) -> None:
    process = factories.create_process(factories.create_institution("sarpras"))
    proposal = factories.create_proposal(process)
    post_comment(factories.create_resident(), proposal, "Perlu teduh.", stance=Stance.FOR)
    researcher, admin = town.staff(role=Role.RESEARCHER), town.staff(role=Role.ADMIN)
    name = researcher.sign_in_name

    visit = town.sign_in(researcher).follow("Data", near="Scoreboard")
    visit.follow("My requests for data").press("Send the request", slug=process.slug, **REQUEST)
    assert "Waits for a decision." in visit.text
    desk = town.sign_in(admin).follow("Desk").follow("Requests for data").follow("Jalan teduh")
    assert REQUEST["purpose"] in desk.text
    desk.press("Give access")
    assert name in town.told()

    town.wait_until(date(2026, 3, 3))
    town.run_night()
    visit = town.sign_in(researcher).follow("Messages")
    visit.follow("Your request for research data was decided")
    archive = ZipFile(BytesIO(visit.press_for_file("Fetch the files").data))
    archive.extractall(tmp_path)
    (events,) = tmp_path.glob("*/events.jsonl")
    assert "Perlu teduh." in (events.parent / "texts.csv").read_text()
    assert "holds: all 4 rows are entries of the log" in _verify(visit, events, tmp_path)

    town.wait_until(date(2026, 3, 10))
    assert name in town.told()
    town.wait_until(date(2026, 3, 21))
    visit = (
        town.sign_in(researcher).follow("Data", near="Scoreboard").follow("My requests for data")
    )
    assert "Access has ended." in visit.text and not visit.offers("Fetch the files")


def _verify(visit: Walker, events: Path, folder: Path) -> str:
    """Download the verifier and what it needs from the page of the log, and run it offline."""
    visit.follow("Public log")
    for file in ("verify.py", "heads.jsonl"):
        (folder / file).write_bytes(visit.download(file).data)
    leaves = folder / "leaves"
    leaves.mkdir()
    for name in visit.download("Leaf hashes, once a day").text.split():
        (leaves / name).write_bytes(visit.arrive_file(f"/log/leaves/{name}").data)
    command = [sys.executable, "verify.py", "release", events, "--heads", "heads.jsonl"]
    done = subprocess.run(
        [*command, "--leaves", "leaves"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr
