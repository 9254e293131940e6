"""What is said at an address that only takes what a form sends: a reload of it must not end at an empty page."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

_PATIENT = re.compile(r"/p/[0-9a-f-]{36}/")
_SECTION = re.compile(r"/[a-z-]+/")


def page_above(path: str) -> str:
    """Return the page to go back to from an address below it: the patient's, the section's, else one's own list."""
    for pattern in (_PATIENT, _SECTION):
        if (found := pattern.match(path)) and found[0] != path:
            try:
                resolve(found[0])
            except Resolver404:
                continue
            return found[0]
    return "/"


class Addressing:
    """Fills the answer 405 to a browser that opens what only takes forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, its page drawn where it had none."""
        answer = self.get_response(request)
        if answer.status_code == 405 and request.method == "GET" and not answer.content:
            answer.content = render_to_string("405.html", {"back": page_above(request.path)}).encode()
        return answer
