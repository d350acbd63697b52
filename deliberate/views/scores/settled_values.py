"""What the values mean that may settle a difference, in the language of the page."""

from flask_babel import gettext as _

from deliberate.forms.scores.assessments import CONDITION_VALUES, OUTCOMES, VALUES
from deliberate.queries.scores.studies.pledges import NONE
from deliberate.queries.scores.studies.settling import ItemKind


def choice_labels(kind: ItemKind) -> dict[str, str]:
    """Return the labels of the values that may settle an item of a kind, by value."""
    by_number = {
        "1": _("As assessor 1 entered it"),
        "2": _("As assessor 2 entered it"),
    }
    return {
        ItemKind.QUESTION: {str(choice.value): str(choice.label) for choice in VALUES},
        ItemKind.CONDITION: {str(choice.value): str(choice.label) for choice in CONDITION_VALUES},
        ItemKind.FACTOR: by_number,
        ItemKind.PLEDGE: by_number | {NONE: _("Leave it out")},
        ItemKind.OUTCOME: {str(choice.value): str(choice.label) for choice in OUTCOMES}
        | {NONE: _("Not known")},
    }[kind]
