"""Every form that opens filled with what is held takes part in merging, or is named here with the reason why not."""

import importlib
import re
from pathlib import Path

import pytest

from throughline.foundation.drafts.tests.test_marks import ANY_FORM, PRODUCT

INCLUDED = re.compile(r'{% include "([^"]+)"[^%]*%}')
# What shows that a form comes filled: a value, a text, a choice or a tick that is not the template's own.
FILLED = re.compile(
    r'<input\b(?![^>]*type="(?:hidden|submit|file|password)")(?:[^>"]|"[^"]*")*\bvalue="\{\{[^"]*"'
    r'|<textarea\b(?:[^>"]|"[^"]*")*>\s*\{[{%]'
    r"|\{% if [^%]*%\}\s*(?:selected|checked)"
    r"|\{\{ field \}\}",
    re.I,
)
TAKES_PART = re.compile(r'{% seen |name="seen"')
ACTION = re.compile(r'action="([^"]*)"')

OWN = "one's own: nobody else reads or writes it"
NEW = "makes something new; what is filled in is a proposal, or what was typed before a refusal"
ACT = "an act, not an edit: it leaves its own step, which stays and can be undone; what is chosen already is a proposal"
KEPT = "appended to what is known: an entry is added or ended, none is written over"
ADMINISTRATION = "administration stands below drafts; each change is in the history with its author"
SEARCH = "asks, writes nothing"

NEED_NONE = {
    "access/_sign_in_again.html {% url 'access:sign-in-again' %}": OWN,
    "access/settings.html ": OWN,
    "account/login.html {% url 'account_login' %}": OWN,
    "mfa/totp/activate_form.html {% url 'mfa_activate_totp' %}": OWN,
    "desk/_panel.html {% url 'desk:scratch' patient_id %}": OWN,
    "desk/search.html {% url 'desk:search' %}": SEARCH,
    "assessment/score.html ": "stores nothing: a score worked out from what is typed",
    "access/break_glass.html ": NEW,
    "access/opening.html ": ACT,
    "access/new_user.html ": ADMINISTRATION,
    "access/site.html ": ADMINISTRATION,
    "access/site.html {% url 'access:new-team' site_id=site.id %}": ADMINISTRATION,
    "access/sites.html ": ADMINISTRATION,
    "access/user.html {% url 'access:grant-role' user_id=person.id %}": ADMINISTRATION,
    "access/user.html {% url 'access:close-account' user_id=person.id %}": ADMINISTRATION,
    "assessment/list.html {% url 'assessment:start' patient_id %}": NEW,
    "assessment/signed.html {% url 'assessment:needs' line.id %}": NEW,
    "careplan/_agreement.html {% url 'careplan:agree' patient_id %}": KEPT,
    "careplan/_goal.html {% url 'careplan:target' g.id %}": ACT,
    "careplan/document.html ": ACT,
    "coordination/part_entries.html ": ACT,
    "careplan/_pointed.html {% url 'careplan:needs' patient_id %}": NEW,
    "careplan/_tray.html {% url 'careplan:adopt' patient_id %}": NEW,
    "careplan/plan.html {{ paper }}": NEW,
    "cases/case.html {% url 'cases:change' case.id %}": (
        "pause and close are acts with their own step; acuity beside them carries its version"
    ),
    "chart/readings.html ": KEPT,
    "clocks/act.html ": ACT,
    "clocks/notice.html ": KEPT,
    "clocks/rule.html ": KEPT,
    "clocks/start.html ": NEW,
    "coordination/_places.html {% url 'coordination:add-place' entry.id %}": KEPT,
    "coordination/book.html ": NEW,
    "coordination/close_case.html ": ACT,
    "coordination/conferences.html ": KEPT,
    "coordination/conversation.html ": KEPT,
    "coordination/patient_messages.html ": NEW,
    "coordination/member.html {% url 'coordination:decide-sharing' member.id %}": (
        "a decision of the patient at one time: each is kept as a step of the place, with undo"
    ),
    "coordination/refer.html {% url 'coordination:refer' patient_id %}": NEW,
    "coordination/round_entry.html ": ACT,
    "coordination/team.html {% url 'coordination:add-member' patient_id %}": NEW,
    "coordination/team.html {% url 'coordination:adopt-outside' patient_id %}": NEW,
    "desk/_call.html {% url 'desk:call' patient_id %}": KEPT,
    "documents/_acts.html {% url 'documents:share' document.id %}": ACT,
    "intake/list.html ": NEW,
    "intake/refer.html ": NEW,
    "intake/referral.html {% url 'intake:screen' r.id %}": KEPT,
    "intake/referral.html {% url 'intake:decide' r.id %}": ACT,
    "people/merge.html ": ACT,
    "people/particulars.html {% url 'people:add' held.identity.patient_id list.key %}": KEPT,
    "people/register.html ": NEW,
}


def _templates() -> dict[str, str]:
    found = {}
    for path in sorted(PRODUCT.rglob("web/templates/**/*.html")):
        name = path.parts[path.parts.index("templates") + 1 :]
        found["/".join(name)] = Path(path).read_text()
    return found


def _whole(text: str, templates: dict[str, str], depth: int = 0) -> str:
    def included(found: re.Match[str]) -> str:
        return _whole(templates.get(found.group(1), ""), templates, depth + 1) if depth < 3 else ""

    return INCLUDED.sub(included, text)


def _filled_forms() -> list[tuple[str, bool]]:
    """Each form that opens filled, as its template and address, and whether it carries the versions of its fields."""
    templates, found = _templates(), []
    for name, text in templates.items():
        for tag in ANY_FORM.finditer(text):
            if 'method="post"' not in tag.group(0):
                continue
            end = text.find("</form>", tag.end())
            body = _whole(text[tag.end() : end if end > 0 else len(text)], templates)
            if FILLED.search(body):
                address = ACTION.search(tag.group(0))
                found.append((f"{name} {address.group(1) if address else ''}", bool(TAKES_PART.search(body))))
    return found


def test_every_form_filled_with_what_is_held_carries_its_versions():
    forms = _filled_forms()
    assert sum(takes_part for _, takes_part in forms) >= 8
    bare = sorted({form for form, takes_part in forms if not takes_part and form not in NEED_NONE})
    assert not bare, "Describe each by an EditForm, or put {% seen %} beside its fields:\n" + "\n".join(bare)


@pytest.mark.django_db
def test_every_edit_form_leads_to_a_place_and_names_what_presence_calls_it():
    from throughline.foundation.drafts.web.editing import every_form
    from throughline.foundation.kernel import actions as kernel

    importlib.import_module("throughline.edge.site.urls")
    expected = {
        "careplan.edit-need", "careplan.edit-goal", "careplan.edit-action", "careplan.edit-barrier",
        "careplan.edit-statement", "desk.edit-task", "coordination.edit-member", "coordination.edit-appointment",
        "coordination.edit-referral",
    }  # fmt: skip
    assert expected <= set(every_form)
    for form in every_form.values():
        assert form.argument in kernel._locators, form.key
        assert str(form.words), form.key
        assert form.told, form.key
        assert len({field.name for field in form.fields}) == len(form.fields), form.key
