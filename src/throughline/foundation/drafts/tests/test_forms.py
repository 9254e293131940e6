"""Kept words go back into the fields of a form, whatever kind they are, and nothing else changes."""

from throughline.foundation.drafts.web import forms

KEY = "desk.note/patient_id/x"
BODY = """<input type="hidden" name="number" value="3"><input type="password" name="secret" value="">
<label for="nt">Note <kbd>n</kbd></label><textarea id="nt" name="text" rows="2" data-key="n">old</textarea>
<input id="who" name="who" value="nobody" hx-vals='{"a": "1"}'><input name="due" type="date">
<select name="owner"><option value="">-</option>
<option value="a" selected>A</option><option value="b">B</option></select>
<input type="radio" name="how" value="1" checked><input type="radio" name="how" value="2">
<input type="checkbox" name="close" value="x"><input type="checkbox" name="close" value="y" checked>"""
WORDS = {
    "text": ('He said: </textarea><b>"no"</b>\nthen yes',),
    "who": ('the "son"',),
    "due": ("2026-03-14",),
    "owner": ("b",),
    "how": ("2",),
    "close": ("x",),
    "number": ("99",),
    "secret": ("no",),
}


def test_each_kind_of_field_is_filled_and_escaped():
    body = forms.filled(BODY, WORDS)
    assert "He said: &lt;/textarea&gt;&lt;b&gt;&quot;no&quot;&lt;/b&gt;\nthen yes</textarea>" in body
    assert 'name="who" hx-vals=\'{"a": "1"}\' value="the &quot;son&quot;">' in body
    assert '<input name="due" type="date" value="2026-03-14">' in body
    assert '<option value="a">' in body
    assert '<option value="b" selected>' in body
    assert '<input type="radio" name="how" value="1">' in body
    assert '<input type="radio" name="how" value="2" checked>' in body
    assert '<input type="checkbox" name="close" value="x" checked>' in body
    assert '<input type="checkbox" name="close" value="y">' in body


def test_hidden_fields_and_secrets_are_never_filled():
    body = forms.filled(BODY, WORDS)
    assert 'name="number" value="3"' in body
    assert 'name="secret" value=""' in body


def test_fields_that_were_not_kept_stay_as_they_are():
    assert forms.filled(BODY, {}) == BODY
    assert 'value="a" selected' in forms.filled(BODY, {"text": ("x",)})


def test_only_marked_forms_are_found_and_the_rest_of_the_page_stays():
    page = f'<p>a</p><form class="b" data-draft="{KEY}" method="post">1</form><form>2</form>'
    found = forms.marked(page)
    assert [form.key for form in found] == [KEY]
    changed = forms.rewritten(page, found, lambda form, body: ("<offer>", "<head>", body + "<foot>"))
    assert changed == (
        f'<p>a</p><offer><form class="b" data-draft="{KEY}" method="post"><head>1<foot></form><form>2</form>'
    )


def test_the_offer_names_fields_as_the_form_does():
    shown = forms.named(BODY, WORDS)
    assert ("text", "Note", WORDS["text"][0], True) in shown
    assert ("how", "How", "2", False) in shown
    assert not {name for name, *_ in shown} & {"number", "secret"}
