"""Turns the forms of a page that are marked `data-draft="<key>"` into forms with drafts: a sheet number, the state
line, the offer of what was kept, and, when she goes on with it, its words in the fields. Knows HTML, not the database.

It reads only what our own templates write: attributes in double or single quotes, no form inside a form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape

FORM = re.compile(r'<form\b(?:[^>"\']|"[^"]*"|\'[^\']*\')*\bdata-draft="([^"]+)"(?:[^>"\']|"[^"]*"|\'[^\']*\')*>', re.I)
CONTROL = re.compile(r'<(input|textarea|select|option)\b((?:[^>"\']|"[^"]*"|\'[^\']*\')*)>', re.I)
ATTRIBUTE = re.compile(r'([a-zA-Z:-]+)(?:=("[^"]*"|\'[^\']*\'))?')
LABEL = r'<label\b[^>]*\bfor="{}"[^>]*>(.*?)</label>'
UNTOUCHED = {"hidden", "password", "file", "submit", "button", "image", "reset"}
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """A marked form in a page: its key, where its opening tag begins and ends, and where its closing tag begins."""

    key: str
    start: int
    inside: int
    end: int


def marked(html: str) -> list[Found]:
    """Return the marked forms of a page in their order."""
    found = []
    for tag in FORM.finditer(html):
        end = html.find("</form>", tag.end())
        if end > 0:
            found.append(Found(unescape(tag.group(1)), tag.start(), tag.end(), end))
    return found


def rewritten(html: str, forms: list[Found], change: Callable[[Found, str], tuple[str, str, str]]) -> str:
    """Return the page with each form changed: `change(form, body)` gives what stands before the form, at the head of
    its body, and the new body."""
    parts, at = [], 0
    for form in forms:
        before, head, body = change(form, html[form.inside : form.end])
        parts += [html[at : form.start], before, html[form.start : form.inside], head, body]
        at = form.end
    return "".join([*parts, html[at:]])


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape(value[1:-1]) if value else "" for name, value in ATTRIBUTE.findall(text)}


def filled(body: str, words: Words) -> str:
    """Return a form's body with the kept words in its fields; others, hidden ones and secrets stay as they are."""
    parts, at, choice = [], 0, ""
    for tag in CONTROL.finditer(body):
        kind, given = tag.group(1).lower(), _attributes(tag.group(2))
        name = given.get("name", "")
        if kind == "select":
            choice = name
        changed, upto = "", tag.end()
        if kind == "option" and choice in words:
            changed = _toggled(tag.group(0), "selected", given.get("value", "") in words[choice])
        elif name in words and kind == "textarea":
            upto = body.find("</textarea>", tag.end())
            changed = f"{tag.group(0)}\n{escape(words[name][0] if words[name] else '')}"
        elif name in words and kind == "input":
            changed = _input(tag.group(0), given, words[name])
        if changed:
            parts += [body[at : tag.start()], changed]
            at = upto
    return "".join([*parts, body[at:]])


def _input(tag: str, given: Mapping[str, str], values: tuple[str, ...]) -> str:
    kind = given.get("type", "text").lower()
    if kind in UNTOUCHED:
        return ""
    if kind in ("checkbox", "radio"):
        return _toggled(tag, "checked", given.get("value", "on") in values)
    bare = re.sub(r'\svalue=("[^"]*"|\'[^\']*\')', "", tag)
    return f'{bare[:-1].rstrip("/ ")} value="{escape(values[0] if values else "")}">'


def _toggled(tag: str, attribute: str, on: bool) -> str:
    bare = re.sub(rf'\s{attribute}(=("[^"]*"|\'[^\']*\'))?(?=[\s>/])', "", tag)
    return f"{bare[:-1].rstrip('/ ')} {attribute}>" if on else bare


def named(body: str, words: Words) -> list[tuple[str, str, str, bool]]:
    """Return each kept field as (name, label, value, written): `written` is False for what was picked, not typed."""
    shown, seen = [], set()
    for tag in CONTROL.finditer(body):
        given = _attributes(tag.group(2))
        name = given.get("name", "")
        if name not in words or name in seen or given.get("type", "").lower() in UNTOUCHED:
            continue
        seen.add(name)
        typed = tag.group(1).lower() == "textarea" or (
            tag.group(1).lower() == "input" and given.get("type", "text").lower() not in ("checkbox", "radio")
        )
        shown += [(name, _label(body, given), value, typed and bool(value)) for value in words[name]]
    return shown


def _label(body: str, given: Mapping[str, str]) -> str:
    label = re.search(LABEL.format(re.escape(given["id"])), body, re.S) if given.get("id") else None
    text = re.sub(r"<kbd>.*?</kbd>|<[^>]+>", "", label.group(1)) if label else given.get("aria-label", "")
    return unescape(re.sub(r"\s+", " ", text)).strip() or given.get("name", "").replace("_", " ").capitalize()
