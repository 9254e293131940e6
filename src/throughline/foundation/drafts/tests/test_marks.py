"""Every form with a text of several lines keeps a draft, and every mark names something the locators know."""

import re
from pathlib import Path

from throughline.foundation.drafts.web.forms import FORM
from throughline.foundation.kernel import actions as kernel

PRODUCT = Path(__file__).resolve().parents[3]
ANY_FORM = re.compile(r'<form\b(?:[^>"\']|"[^"]*"|\'[^\']*\')*>', re.I)
TEXT = re.compile(r"<textarea\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.I)
STORES_NOTHING = {"assessment/web/templates/assessment/score.html"}  # works a score out from what is typed
OWN_SAVING = re.compile(r'hx-trigger="[^"]*(change|input)')


def _forms():
    for path in sorted(PRODUCT.rglob("web/templates/**/*.html")):
        text = path.read_text()
        for tag in ANY_FORM.finditer(text):
            end = text.find("</form>", tag.end())
            yield path.relative_to(PRODUCT), tag.group(0), text[tag.end() : end if end > 0 else len(text)]


def test_every_form_with_a_longer_text_keeps_a_draft():
    bare = [
        f"{path}: {tag}"
        for path, tag, body in _forms()
        if "post" in tag
        and "data-draft=" not in tag
        and not str(path).endswith(tuple(STORES_NOTHING))
        and any(not OWN_SAVING.search(text.group(0)) for text in TEXT.finditer(body))
    ]
    assert not bare, 'Mark each with data-draft="<package>.<form>/<argument>/<id>":\n' + "\n".join(bare)


def _keys(mark: str) -> list[str]:
    """The keys a mark stands for: the form of the directory serves both kinds, new and known."""
    either = re.fullmatch(r"\{% if \w+ %\}(.*)\{% else %\}(.*)\{% endif %\}", mark)
    kinds = ("practitioner", "organization") if "{{ kind }}" in mark else ("",)
    return [one.replace("{{ kind }}", kind) for one in (either.groups() if either else (mark,)) for kind in kinds]


def test_every_mark_names_an_argument_that_leads_to_a_place(db):
    # The one form of all edits carries the key its EditForm gives it (test_edit_forms).
    marks = [
        (path, key)
        for path, tag, _ in _forms()
        for one in FORM.findall(tag)
        if one != "{{ mark }}"
        for key in _keys(one)
    ]
    assert len(marks) > 20
    wrong = [
        f"{path}: {key}"
        for path, key in marks
        if not re.fullmatch(r"[a-z]+\.[a-z{}|. _-]+(?:/([a-z_]+)/\{\{ [\w.]+ \}\})?", key)
        or ("/" in key and key.split("/")[1] not in kernel._locators)
    ]
    assert not wrong, "\n".join(wrong)
