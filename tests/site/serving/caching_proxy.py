"""A small shared cache in front of the application, as docs/operate-reference.md describes it."""

import re
from datetime import datetime, timedelta

from flask import Flask

from deliberate.clock import now


class Stored:
    """A response that the proxy holds, and until when it may be sent."""

    def __init__(self, response, fetched_at: datetime) -> None:
        def seconds(name):
            found = re.search(rf"{name}=(\d+)", response.headers["Cache-Control"])
            return timedelta(seconds=int(found[1]) if found else 0)

        self.text, self.etag = response.text, response.headers.get("ETag")
        self.fresh_until = fetched_at + seconds("s-maxage")
        self.stale_until = self.fresh_until + seconds("stale-while-revalidate")


class CachingProxy:
    """Answer readers without the session cookie from what it holds; pass all others on."""

    def __init__(self, app: Flask) -> None:
        self.cookie_name = app.config["SESSION_COOKIE_NAME"]
        self.client = app.test_client(use_cookies=False)
        self.stored: dict[str, Stored] = {}
        self.served = 0

    def get(self, path: str, cookie: str = "") -> str:
        if f"{self.cookie_name}=" in cookie:
            return self._store(path, self.client.get(path, headers={"Cookie": cookie})).text
        held = self.stored.get(path)
        if held is None or now() >= held.stale_until:
            return self._store(path, self.client.get(path)).text
        self.served += 1
        text = held.text
        if now() >= held.fresh_until:  # behind the answer, which is the outdated one
            self._store(path, self.client.get(path, headers={"If-None-Match": held.etag}))
        return text

    def _store(self, path, response):
        control = response.headers["Cache-Control"]
        if response.status_code == 304:
            text = self.stored[path].text
            self.stored[path] = Stored(response, now())
            self.stored[path].text = text
        elif "public" in control and response.vary.as_set() <= {"accept-encoding"}:
            assert "Set-Cookie" not in response.headers
            self.stored[path] = Stored(response, now())
        return response
