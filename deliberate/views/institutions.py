"""One institution: what it owes, what it answered, what it promised."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries import institutions, people, promises, responses
from deliberate.views.frame import Room, asking, or_404

room = Room("institutions", under="/institutions")


@room.page("/<slug>", "public")
def show(slug: str) -> ResponseReturnValue:
    """What one institution owes and gave, and how it answers."""
    office = or_404(people.institution_named(slug))
    person = asking()
    return render_template(
        "institutions/show.html",
        office=office,
        figures=[f for f in institutions.figures_of() if f.institution is office],
        waiting=responses.waiting_longest(office.id)[: responses.PAGE],
        given=responses.newest_responses(office.id)[: responses.PAGE],
        late=promises.commitments_by_state("late", office.id)[: responses.PAGE],
        due=promises.commitments_by_state("due", office.id)[: responses.PAGE],
        follows=person is not None and people.is_following(person, "institution", office.id),
        name_here=responses.name_here,
    )
