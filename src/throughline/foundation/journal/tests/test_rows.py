"""A row made without Django's ceremony is the row Django would have made."""

import pghistory.models
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.identity import new_id

MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in ("people", "journal", "chart") and not issubclass(model, pghistory.models.Event)
]


def _columns(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@given(model=st.sampled_from(MODELS))
def test_a_row_has_every_column_as_django_would_fill_it(model):
    key = model._meta.pk.attname
    given_key = {key: new_id()} if model._meta.pk.column else {}
    assert _columns(unsaved(model, **given_key)) == _columns(model(**given_key))


def test_what_is_made_anew_for_each_row_is_not_shared():
    one, other = unsaved(JournalEntry), unsaved(JournalEntry)
    assert one.id != other.id
    one.payload["said"] = "here"
    assert other.payload == {}
    assert unsaved(OutboxMessage)._state.adding
