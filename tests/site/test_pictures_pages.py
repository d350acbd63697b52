"""Pictures of things: added through the desk, shown in two sizes, behind what they belong to."""

import re
from io import BytesIO

import pytest
from PIL import Image

from deliberate.database import db, unrecorded
from deliberate.models import Picture, Poll, Process
from deliberate.operations.proposals.attachments import add_attachment
from deliberate.operations.proposals.proposals import withdraw_proposal
from deliberate.operations.site.pictures import remove_picture
from deliberate.queries.site.pictures import first_pictures, get_header_picture
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.proposals.test_attachments import photo_with_location, stored_names, uploads

__all__ = ["uploads"]


def photo(width=1000, height=500):
    output = BytesIO()
    Image.new("RGB", (width, height), "red").save(output, "JPEG")
    return output.getvalue()


def add_by_form(app, person, page, **fields):
    fields = {"place": "0", "alt": "Warga di halte", "file": (BytesIO(photo()), "a.jpg"), **fields}
    return submit_form(signed_in_client(app, person), page, **fields)


def header_of(process):
    db.session.rollback()  # what another request wrote is seen
    return get_header_picture("process", process.id)


@pytest.fixture
def admin(app):
    return factories.create_staff(role=Role.ADMIN)


def test_process_picture_is_added_replaced_and_removed_with_its_files(app, uploads, admin, log):
    process = factories.create_process()
    page = f"/en/desk/pictures/process/{process.slug}"
    for _ in range(2):
        assert add_by_form(app, admin, page).status_code == 303
    kinds = [act.kind for act in log()]
    assert kinds.count("picture.added") == 2
    assert len(stored_names(uploads)) == 3  # of the one that is shown
    shown = header_of(process)
    public = anonymous_client(app).get(f"/en/processes/{process.slug}").text
    assert 'alt="Warga di halte"' in public and 'width="800"' in public and shown.height == 400
    client, urls = anonymous_client(app), [f"/pictures/{shown.stem}/{w}.webp" for w in (400, 800)]
    for url, width in zip(urls, (400, 800), strict=True):
        response = client.get(url)
        assert Image.open(BytesIO(response.data)).size == (width, width // 2)
        assert response.headers["Cache-Control"] == "private, max-age=300"
    assert client.get(f"/pictures/{shown.stem}/500.webp").status_code == 404
    remove_picture(admin, db.session.get(Picture, shown.id))
    assert stored_names(uploads) == [] and client.get(urls[0]).status_code == 404


def test_picture_needs_words_and_a_picture(app, uploads, admin):
    page = f"/en/desk/pictures/process/{factories.create_process().slug}"
    response = add_by_form(app, admin, page, alt="")
    assert response.status_code == 422 and "Fill in: What does it show?" in response.text
    response = add_by_form(app, admin, page, file=(BytesIO(b"%PDF-1.4 %%EOF"), "a.pdf"))
    assert response.status_code == 422 and "Only PNG, JPEG and WebP" in response.text


def test_picture_of_a_planned_process_is_for_officials(app, uploads, admin):
    process = factories.create_process()
    add_by_form(app, admin, f"/en/desk/pictures/process/{process.slug}")
    url = f"/pictures/{header_of(process).stem}/400.webp"
    with unrecorded("a planned process") as session:
        session.get(Process, process.id).opened_at = None
    assert anonymous_client(app).get(url).status_code == 404
    assert signed_in_client(app, admin).get(url).status_code == 200


def test_staff_choose_pictures_of_their_own_institution_alone(app, uploads):
    institution = factories.create_institution()
    page = f"/en/desk/pictures/institution/{institution.slug}"
    own = factories.create_staff(institution)
    assert add_by_form(app, own, page).status_code == 303
    assert (
        "Warga di halte" in anonymous_client(app).get(f"/en/institutions/{institution.slug}").text
    )
    other = factories.create_staff(factories.create_institution())
    assert "for another institution" in signed_in_client(app, other).get(page).text


def test_options_have_pictures_until_the_first_ballot(app, uploads, admin):
    poll = factories.create_poll()
    page = f"/en/desk/pictures/poll/{poll.id}"
    assert add_by_form(app, admin, page, place="1").status_code == 303
    assert 'alt="Warga di halte"' in anonymous_client(app).get(f"/en/polls/{poll.id}").text
    with unrecorded("a ballot") as session:
        session.get(Poll, poll.id).ballot_count = 1
    client = signed_in_client(app, admin)
    answer = client.get(page).text
    assert "People have voted already" in answer
    assert page in client.get(f"/en/polls/{poll.id}").text
    moderator = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    removal = re.search(rf"{page}/\d+/removal", answer).group()
    assert removal not in moderator.get(page).text
    assert submit_form(moderator, page, removal).status_code == 409
    assert submit_form(client, page, removal).status_code == 303
    assert stored_names(uploads) == [] and page not in client.get(f"/en/polls/{poll.id}").text


def test_first_picture_of_a_proposal_is_shown_and_shared_while_its_text_is_visible(app, uploads):
    proposal = factories.create_proposal()
    add_attachment(proposal.author, proposal, "Tabel", b"a,b\n1,2\n")
    add_attachment(proposal.author, proposal, "Halte saat hujan", photo_with_location())
    picture = first_pictures([proposal.id])[proposal.id]
    url, client = f"/pictures/{picture.stem}/800.webp", anonymous_client(app)
    page = client.get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    assert 'alt="Halte saat hujan"' in page and picture.stem in page
    assert f"/en/cards/proposal/{proposal.id}/" in page  # og:image
    image = client.get(url).data
    assert Image.open(BytesIO(image)).format == "WEBP" and b"Kamera Rahasia" not in image
    assert picture.stem in client.get("/en/proposals").text
    withdraw_proposal(proposal.author, proposal, "Sudah ada.")
    assert client.get(url).status_code == 404
    assert first_pictures([proposal.id]) == {}
