"""Texts of notices to the author of a text that is held or was moderated."""

from flask_babel import gettext as _


def moderation_text(kind: str, title: str) -> tuple[str, str]:
    """Return subject and sentence of a notice on a text below a proposal."""
    return {**_pending_texts(title), **_decision_texts(title)}[kind]


def _pending_texts(title: str) -> dict[str, tuple[str, str]]:
    return {
        "moderation.held": (
            _("Your text is held"),
            _(
                "Several people reported your text on “%(title)s”. It is held for at most "
                "24 hours, until a moderator has decided.",
                title=title,
            ),
        ),
        "moderation.delayed": (
            _("Your text waits"),
            _(
                "Your text on “%(title)s” is held by a rule for at most two working days, then it "
                "is shown. The page says which rule.",
                title=title,
            ),
        ),
        "moderation.asked": (
            _("Please change your text"),
            _(
                "A moderator asks you to change your text on “%(title)s” by a rule, within two "
                "days. The page says which, and what is asked.",
                title=title,
            ),
        ),
    }


def _decision_texts(title: str) -> dict[str, tuple[str, str]]:
    return {
        "moderation.kept": (
            _("Your text stays"),
            _("A moderator decided: your text on “%(title)s” stays as it is.", title=title),
        ),
        "moderation.hidden": (
            _("Your text was hidden"),
            _(
                "A moderator hid your text on “%(title)s” by a rule. The page says which, and "
                "how to appeal within 30 days.",
                title=title,
            ),
        ),
        "moderation.restored": (
            _("Your text is shown again"),
            _("A moderator decided: your text on “%(title)s” is shown again.", title=title),
        ),
        "moderation.refused": (
            _("Your appeal was refused"),
            _("A second moderator decided: your text on “%(title)s” stays hidden.", title=title),
        ),
    }
