"""The Blueprint subclass of all views: a localized prefix, and an audience for every route."""

from collections.abc import Callable, Iterable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from deliberate.config import LANGUAGES
from deliberate.operations.site.rate_limits import RateLimit

View = Callable[..., ResponseReturnValue]


class LocalizedBlueprint(Blueprint):
    """A blueprint whose routes declare their audience: "public", "signed_in", or roles.

    Localized blueprints are mounted under /id and /en; the request hooks take `lang` out of the
    URL values, so views do not receive it.
    """

    def __init__(self, name: str, *, localized: bool = True, url_prefix: str = "") -> None:
        prefix = (f"/<any({','.join(LANGUAGES)}):lang>" if localized else "") + url_prefix
        super().__init__(name, "deliberate.views", url_prefix=prefix or None)
        self.has_own_prefix = bool(url_prefix)

    def page(
        self,
        rule: str,
        *audience: str,
        methods: Iterable[str] = ("GET",),
        name: str = "",
        tokens: bool = True,
        rate_limit: RateLimit | None = None,
        cached: bool = False,
        form_parts: int | None = None,
        files: bool = False,
    ) -> Callable[[View], View]:
        """Register a route with its audience: "public", "signed_in", or the values of roles.

        Forms of signed-in people are checked for a CSRF token and a form key unless `tokens` is
        false (forms that sign in). `rate_limit` applies to POST requests. A page is `cached` for
        readers without a session only if it reads nothing but the recorded store, and no file.
        `form_parts` is how many fields a form may have where it is more than the default. A form
        with `files` may be larger than others: a file that is too large is refused at its field.
        """

        def add(view: View) -> View:
            if not audience:
                raise ValueError(f"{rule}: every route declares its audience")
            view.audience = audience  # type: ignore[attr-defined]  # read by the request hooks
            view.takes_tokens = tokens  # type: ignore[attr-defined]  # of a function
            view.rate_limit = rate_limit  # type: ignore[attr-defined]  # of a function
            view.cached = cached  # type: ignore[attr-defined]  # of a function
            view.takes_files = files  # type: ignore[attr-defined]  # of a function
            view.form_parts = form_parts  # type: ignore[attr-defined]  # of a function
            path = "" if rule == "/" and self.has_own_prefix else rule
            self.add_url_rule(path, name or view.__name__, view, methods=list(methods))
            return view

        return add
