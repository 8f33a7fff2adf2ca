"""Ends every session in which a user has written one of the phrases given as arguments."""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

URL = os.environ.get("ADJOURN_URL", "http://127.0.0.1:3000") + "/api/messaging/sessions"
KEY = os.environ.get("ADJOURN_KEY")


def call(method, path="", **query):
    """The answer of one call. Raises HTTPError if the server refuses it."""
    headers = {"Authorization": f"Bearer {KEY}"} if KEY else {}
    request = Request(f"{URL}{path}?{urlencode(query)}", headers=headers, method=method)
    with urlopen(request, timeout=30) as response:
        return json.load(response)


def live_sessions():
    """The ids of all live sessions, page by page."""
    query = {"limit": 100}
    while True:
        page = call("GET", **query)
        yield from (session["sessionId"] for session in page["sessions"])
        if "nextCursor" not in page:
            return
        query["cursor"] = page["nextCursor"]


def forbidden_in(path, phrases):
    """The first forbidden phrase among the newest messages of the user, or None."""
    messages = call("GET", f"{path}/messages", limit=50)["messages"]
    said = [message["content"].lower() for message in messages if not message["isAgent"]]
    return next((phrase for phrase in phrases if any(phrase in text for text in said)), None)


def moderate(session_id, phrases):
    """Ends the session if its user has written one of the phrases."""
    path = f"/{quote(session_id, safe='')}"
    try:
        phrase = forbidden_in(path, phrases)
        if phrase is None:
            return
        call("DELETE", path, reason=f"Forbidden phrase: {phrase}")
        print(f"ended {session_id}: {phrase}")
    except HTTPError as error:
        # Over by now: it has expired, or somebody else was faster.
        if error.code not in (404, 410):
            raise


if __name__ == "__main__":
    forbidden = [argument.lower() for argument in sys.argv[1:]]
    for live in live_sessions():
        moderate(live, forbidden)
