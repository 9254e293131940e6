"""Template words of the look: icons, the rail, and who is signed in."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from throughline.foundation.ui.charts import Figure
from throughline.foundation.ui.navigation import Entry, entries, may_open, patient_tabs
from throughline.foundation.ui.patient_head import head_of
from throughline.foundation.ui.shortcuts import keymap as keymap_of

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> SafeString:
    """Return an icon of the sprite. It is never alone: a word always stands beside it."""
    extra = " icon-s" if size == "s" else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', extra, static("throughline/icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def rail(context: dict[str, Any]) -> SafeString:
    """Return the rail: the sections this viewer may open, the current one marked."""
    request = context["request"]
    viewer = getattr(request, "viewer", None)
    return _rail(tuple(entries(request.path, viewer)), str(request.user), get_language())


@lru_cache(maxsize=1024)
def _rail(shown: tuple[Entry, ...], user: str, language: str | None) -> SafeString:
    """Return the rail drawn, once for all pages that show the same one."""
    return render_to_string("ui/_rail.html", {"entries": shown, "user": user})


@register.simple_tag(takes_context=True)
def offered(context: dict[str, Any], name: str, *args: Any) -> str:
    """Return a page's address, or "" where there is no such page or the reader may not open it: nobody is led to a
    refusal."""
    return may_open(name, getattr(context.get("request"), "viewer", None), *args)


# Stand in the top bar as it is kept for what differs from one answer to the next.
_TOKEN, _PATH, _PATIENT = "\ue000token\ue000", "\ue000path\ue000", "\ue000patient\ue000"


@register.simple_tag(takes_context=True)
def topbar(context: dict[str, Any]) -> SafeString:
    """Return the bar above every page: search, the menus, what waits."""
    request = context["request"]
    look, about = context.get("appearance") or {}, context.get("patient_id") or ""
    waiting = bool(getattr(request, "session", {}).get("outbox_open"))
    viewer = getattr(request, "viewer", None)
    links = tuple((key, may_open(name, viewer)) for key, name in _OF_THE_BAR)
    html = _topbar(str(request.user), tuple(sorted(look.items())), bool(about), waiting, links, get_language())
    for mark, value in ((_TOKEN, context.get("csrf_token", "")), (_PATH, request.path), (_PATIENT, about)):
        html = html.replace(mark, escape(str(value)))
    return mark_safe(html)  # drawn by a template that escapes, and the three values are escaped here


_OF_THE_BAR = (("register", "people:register"), ("refer", "intake:refer"), ("messages", "coordination:messages"))
_Pairs = tuple[tuple[str, str], ...]


@lru_cache(maxsize=128)
def _topbar(who: str, look: _Pairs, about: bool, waiting: bool, links: _Pairs, language: str | None) -> str:
    """Return the top bar drawn, once for all pages that show the same one, with marks for what they do not share."""
    held = {"who": who, "appearance": dict(look), "waiting": waiting, "about": _PATIENT if about else ""}
    return render_to_string("ui/_topbar.html", held | dict(links) | {"path": _PATH, "csrf_token": _TOKEN})


class _Once(template.Node):
    """A part of a template that is the same in every answer of one language."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self.drawn: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self.drawn:
            # Nothing of the page is there to be read: a variable in here fails loudly instead of staying for others.
            self.drawn[language] = self.nodelist.render(template.Context())
        return self.drawn[language]


@register.tag
def once(parser: Any, token: Any) -> _Once:
    """Draw what stands between `once` and `endonce` the first time only: words and addresses that never change."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return _Once(nodelist)


@register.inclusion_tag("ui/_patient_head.html", takes_context=True)
def patient_head(context: dict[str, Any]) -> dict[str, Any]:
    """Return the head of a patient's page: from `head` of the context, else asked for, and the tabs, `tab` marked."""
    viewer, identity = context["request"].viewer, context.get("identity")
    patient_id = context.get("patient_id") or identity.patient_id
    head = context.get("head") or head_of(viewer, patient_id, {"identity": identity, "case": context.get("case")})
    tabs = patient_tabs(patient_id, context.get("tab", ""), viewer)
    return {"head": head, "tabs": tabs, "home": tabs[0].href if tabs else ""}


@register.inclusion_tag("ui/_trend.html")
def trend(figure: Figure, *, table: bool = True) -> dict[str, Any]:
    """Draw a trend: a wide picture, a narrow one for a phone, and the same readings as a table in a disclosure."""
    return {"f": figure, "pictures": [("l", figure.wide), ("s", figure.narrow)] if figure.wide else [], "table": table}


@register.simple_tag(takes_context=True)
def keymap(context: dict[str, Any]) -> str:
    """Return how this person's browser reads single keys (shortcuts.keymap)."""
    user = getattr(context.get("request"), "user", None)
    return keymap_of(getattr(user, "preferences", None) or {})
