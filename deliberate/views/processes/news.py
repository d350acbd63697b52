"""News of a process: the public list, the form of its staff, and their withdrawal."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.processes import NewsForm
from deliberate.operations.processes import news as operations
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.notices import may_publish_news, may_withdraw_news
from deliberate.queries.processes.news import NEWS_PAGE, PER_WEEK, get_news, list_news
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.inclusion import compare_with_population, missing_groups
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("news")
DESK = "/desk/processes/<slug>/news"


@blueprint.page(DESK, "staff", "admin", methods=BOTH, rate_limit=TEXTS)
def publish(slug: str) -> ResponseReturnValue:
    """Show the form of news with the news of a process, or publish news."""
    process, staff = get_or_404(get_process(slug)), signed_in_person()
    require(may_publish_news(staff, process))
    form = NewsForm(submitted_data())

    def submit() -> ResponseReturnValue:
        operations.publish_news(
            staff,
            process,
            (form.headline.data or "", form.headline_en.data or ""),
            (form.body.data or "", form.body_en.data or ""),
            context=request_context(),
        )
        return redirect_with_message(
            url_for("news.publish", slug=slug),
            _("The news are public. Followers of the process are notified."),
        )

    news = list_news(process)[:NEWS_PAGE]
    return form_page(
        form,
        submit,
        "processes/news/publish.html",
        show_refusal=True,
        process=process,
        news=news,
        withdrawable={item.id for item in news if may_withdraw_news(staff, item)},
        per_week=PER_WEEK,
        missing=missing_groups(compare_with_population(process.id)),
    )


@blueprint.page(f"{DESK}/<id:news_id>/withdraw", "staff", "admin", methods=["POST"])
def withdraw(slug: str, news_id: int) -> ResponseReturnValue:
    """Withdraw news; their date stays visible."""
    process = get_or_404(get_process(slug))
    news = get_or_404(get_news(process, news_id))
    operations.withdraw_news(signed_in_person(), news, context=request_context())
    return redirect_with_message(url_for("news.publish", slug=slug), _("The news are withdrawn."))


@blueprint.page("/processes/<slug>/news", "public", cached=True)
def index(slug: str) -> str:
    """Show the news of a process, newest first."""
    process, after = get_or_404(get_process(slug)), int_arg("after")
    rows = list_news(process, before=get_or_404(get_news(process, after)) if after else None)
    shown = rows[:NEWS_PAGE]
    after = shown[-1].id if len(rows) > len(shown) else None
    return render_template(
        "processes/news/index.html",
        process=process,
        news=shown,
        next_url=url_for("news.index", slug=slug, after=after) if after else "",
    )
