"""Which pages other sites may show in a frame: embeds alone, on the sites of a setting."""

from flask import Response, request

from deliberate.views.site.request_context import current_settings


def embed_policy() -> str:
    """Return the content security policy of an embed, with the sites that may frame it."""
    sites = current_settings().embed_origins.replace(",", " ") or "'none'"
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {' '.join(sites.split())}"
    )


def set_embed_headers(response: Response) -> Response:
    """Let the sites of the setting frame an embed, and only an embed."""
    if request.endpoint == "embeds.show":
        response.headers["Content-Security-Policy"] = embed_policy()
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
