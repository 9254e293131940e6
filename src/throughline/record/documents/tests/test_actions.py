"""Documents drafted, signed, handed over, shared, recalled, with refusals; the token is kept nowhere."""

import io
import json
from datetime import timedelta

import pypdf
import pytest
from django.apps import apps

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.journal.leaving import recall_message
from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.journal.outbox import deliver_due
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.foundation.kernel.actor import system
from throughline.record.cases.actions import ConsentIn, record_consent, withdraw_consent
from throughline.record.cases.models import Consent
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.documents import actions, queries
from throughline.record.documents.actions import LetterIn, LinkClosed, UnableToDraft
from throughline.record.documents.models import Attachment, Document
from throughline.record.documents.records import DocumentIn, ShareIn, paragraph
from throughline.record.documents.rules.files import UnableToAttach
from throughline.record.documents.rules.sharing import UnableToShare
from throughline.record.documents.rules.states import UnableToMoveDocument

pytestmark = pytest.mark.django_db
LEFT = NOW + timedelta(seconds=15)
HOLDER = system("link for Dr. Ruiz")


class Desk:
    """A site with a nurse and her Spanish-speaking patient."""

    def __init__(self, language="es"):
        self.site = make_site(name="Harbor Hospital")
        self.nurse = make_user("case_manager", self.site, name="Dana Whitfield")
        self.patient = make_patient(self.site, name="Ibarra, Consuelo", language=language)
        self.case_id = make_case(self.site, self.nurse, patient=self.patient)
        self.by = actor_for(self.nurse, at=NOW)

    def viewer(self, at=NOW):
        return viewer_for(self.nurse, at=at)

    def act(self, action, **rest):
        return action(**({"by": self.by, "at": NOW} | rest))

    def draft(self, text="We talked on Monday.", **fields):
        values = {"kind": "letter", "title": "A letter", "parts": (paragraph(text),)} | fields
        return self.act(actions.draft_document, patient_id=self.patient.id, document=DocumentIn(**values))

    def letter(self, key="unreached", **fields):
        return self.act(actions.draft_letter, patient_id=self.patient.id, wanted=LetterIn(key=key, **fields))

    def signed(self, **fields):
        document_id = self.draft(**fields)
        self.act(actions.sign_document, document_id=document_id)
        return document_id

    def share(self, document_id, **fields):
        values = {"recipient": "Dr. Ruiz", "consent": "Verbal consent, Mar 9"} | fields
        return self.act(actions.share, document_id=document_id, wanted=ShareIn(**values))

    def found(self, document_id, at=NOW):
        return queries.document(self.viewer(at), document_id)


@pytest.fixture
def desk():
    return Desk()


def opened(made, at=LEFT, what="page"):
    return actions.open_shared(share_id=made.share_id, what=what, by=HOLDER, at=at)


def test_a_letter_is_drafted_in_the_patients_language_with_the_record_in_it(desk):
    found = desk.found(desk.letter(values={"tries": "3"}))
    assert (found.language, found.title, found.state) == ("es", "Intentamos llamarle", "drafted")
    words = " ".join(part.words for part in found.parts)
    assert "Hola, Consuelo Ibarra" in words
    assert "Soy Dana Whitfield" in words
    assert "9 de marzo de 2026" in words
    assert found.standing == "Spanish wording of our own, not yet reviewed"
    assert found.reading.startswith("INFLESZ")
    assert (found.template, found.template_version) == ("letters/unreached", "1.0.0")


def test_where_no_wording_exists_the_draft_is_english_and_says_so():
    desk = Desk(language="so")
    found = desk.found(desk.letter())
    assert found.language == "en"
    assert "no wording in her language (so)" in found.standing


def test_a_language_asked_for_by_name_is_never_replaced_silently(desk):
    with pytest.raises(queries.NoSuchLetter, match="machine-translated"):
        desk.letter(language="vi")


def test_a_letter_with_blanks_cannot_be_signed_until_they_are_filled(desk):
    document_id = desk.letter(values={"tries": "3"})
    with pytest.raises(UnableToDraft, match="phone number to call"):
        desk.act(actions.sign_document, document_id=document_id)
    blanks = {"phone": "(937) 555-0100 #1 $x$ [a]"}
    change = {"title": "Intentamos llamarle", "texts": {}, "blanks": blanks, "recipient": "Consuelo Ibarra"}
    desk.act(actions.revise_document, document_id=document_id, version=1, **change)
    found = desk.found(document_id)
    assert found.missing == ()
    assert "(937) 555-0100 #1 $x$ [a]" in " ".join(part.words for part in found.parts)
    desk.act(actions.sign_document, document_id=document_id)
    assert desk.found(document_id).signed_by == "Dana Whitfield"


def test_a_draft_changed_meanwhile_is_not_overwritten(desk):
    document_id = desk.draft()
    change = {"document_id": document_id, "title": "A letter", "blanks": {}, "recipient": ""}
    desk.act(actions.revise_document, version=1, texts={0: "Mine."}, **change)
    with pytest.raises(UnableToDraft, match="meanwhile"):
        desk.act(actions.revise_document, version=1, texts={0: "Theirs."}, **change)
    assert desk.found(document_id).parts[0].text == "Mine."


def test_what_is_signed_stays_as_it_is(desk):
    document_id = desk.signed()
    with pytest.raises(UnableToMoveDocument, match="stays as it is"):
        desk.act(
            actions.revise_document, document_id=document_id, version=2, title="x", texts={0: "No."}, blanks={},
            recipient="",
        )  # fmt: skip


@pytest.mark.parametrize("fields", [{"kind": "poem"}, {"title": " "}, {"parts": (paragraph("  "),)}])
def test_a_document_without_kind_title_or_content_is_refused(desk, fields):
    with pytest.raises(UnableToDraft):
        desk.draft(**fields)
    assert not Document.objects.exists()


def test_handing_over_says_who_when_and_how(desk):
    document_id = desk.signed()
    desk.act(actions.hand_over, document_id=document_id, way="mail", note="to the home address")
    found = desk.found(document_id)
    assert found.state == "delivered"
    assert found.steps[-1].reason == "Printed and mailed. to the home address"
    assert found.steps[-1].by_name == str(desk.nurse)
    desk.act(actions.report_failure, document_id=document_id, reason="Returned mail")
    assert desk.found(document_id).state == "failed"


def test_a_draft_goes_nowhere(desk):
    document_id = desk.draft()
    for action, rest in (
        (actions.hand_over, {"way": "mail"}),
        (actions.share, {"wanted": ShareIn(recipient="x", consent="y")}),
    ):
        with pytest.raises(UnableToMoveDocument, match="Sign the document first"):
            desk.act(action, document_id=document_id, **rest)


def test_a_shared_link_waits_opens_is_counted_and_in_the_audit(desk):
    document_id = desk.signed()
    made = desk.share(document_id)
    with pytest.raises(LinkClosed, match="in a moment"):
        opened(made, at=NOW)
    assert opened(made) == document_id
    assert opened(made, what="pdf") == document_id
    [link] = desk.found(document_id, at=LEFT).shares
    assert [o.what for o in link.openings] == ["page", "pdf"]
    assert desk.found(document_id).state == "delivered"
    reads = AuditEntry.objects.filter(kind="read", name="documents.shared", patient_id=desk.patient.id)
    assert {(r.actor_name, r.detail["what"]) for r in reads} == {(HOLDER.name, "page"), (HOLDER.name, "pdf")}
    assert JournalEntry.objects.filter(kind="documents.shared-opened").count() == 1


def test_a_link_expires_to_the_second(desk):
    made = desk.share(desk.signed(), days=1)
    assert opened(made, at=NOW + timedelta(days=1, seconds=-1))
    with pytest.raises(LinkClosed) as closed:
        opened(made, at=NOW + timedelta(days=1))
    assert closed.value.standing == "expired"


def test_a_revoked_link_never_opens_again(desk):
    made = desk.share(desk.signed())
    opened(made)
    desk.act(actions.revoke_share, share_id=made.share_id, reason="She changed her mind.", at=LEFT)
    with pytest.raises(LinkClosed) as closed:
        opened(made, at=LEFT + timedelta(seconds=1))
    assert closed.value.standing == "revoked"


def test_recalled_within_its_seconds_it_never_leaves(desk):
    document_id = desk.signed()
    made = desk.share(document_id)
    desk.act(actions.recall_document, document_id=document_id, at=NOW + timedelta(seconds=5))
    assert OutboxMessage.objects.get(kind="documents.open-link").recalled_at is not None
    assert desk.found(document_id).state == "recalled"
    with pytest.raises(LinkClosed):
        opened(made)


def test_recalled_from_the_outbox_itself_it_never_opens(desk):
    made = desk.share(desk.signed())
    waiting = OutboxMessage.objects.get(kind="documents.open-link")
    recall_message(outbox_id=waiting.id, by=desk.by, at=NOW + timedelta(seconds=5))
    with pytest.raises(LinkClosed) as closed:
        opened(made)
    assert closed.value.standing == "recalled"
    assert Document.objects.get().state == "recalled"


def test_leaving_the_outbox_is_a_step(desk):
    document_id = desk.signed()
    desk.share(document_id)
    assert deliver_due(at=LEFT).failed == 0
    assert "leave" in [step.act for step in desk.found(document_id).steps]


def test_the_token_is_kept_nowhere(desk):
    made = desk.share(desk.signed())
    opened(made)
    deliver_due(at=LEFT)
    for model in apps.get_models():
        if model._meta.app_label in ("documents", "journal", "audit", "tasks"):
            for row in model.objects.values():
                assert made.token not in json.dumps(row, default=str), model


def test_tokens_differ_and_are_long(desk):
    document_id = desk.signed()
    tokens = {desk.share(document_id).token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 43 for token in tokens)


def test_a_link_on_a_consent_dies_with_it(desk):
    consent = ConsentIn("share:Dr. Ruiz", "given", "verbal", "the patient")
    desk.act(record_consent, case_id=desk.case_id, consent=consent)
    consent_id = Consent.objects.get(scope="share:Dr. Ruiz").id
    made = desk.share(desk.signed(), consent_id=consent_id)
    opened(made)
    desk.act(withdraw_consent, case_id=desk.case_id, consent_id=consent_id, withdrawn_by="the patient", at=LEFT)
    with pytest.raises(LinkClosed) as closed:
        opened(made, at=LEFT + timedelta(seconds=1))
    assert closed.value.standing == "consent"
    with pytest.raises(UnableToShare, match="withdrawn"):
        desk.share(desk.signed(), consent_id=consent_id)


def test_a_snapshot_is_drafted_signed_and_shared_in_one_act_or_not_at_all(desk):
    view = DocumentIn(kind="care-team-view", title="For Dr. Ruiz", parts=(paragraph("Goal: 165 lb"),))
    about = {"patient_id": desk.patient.id, "document": view}
    made = desk.act(actions.share_new, wanted=ShareIn(recipient="Dr. Ruiz", consent="verbal"), **about)
    assert desk.found(opened(made)).parts == view.parts
    with pytest.raises(UnableToShare):
        desk.act(actions.share_new, wanted=ShareIn(recipient="Dr. Ruiz", consent=""), **about)
    assert Document.objects.count() == 1


def test_who_may_not_coordinate_may_not_share(desk):
    document_id = desk.signed()
    doctor = make_user("physician_consultant", desk.site)
    open_record(desk.patient.id, desk.site, user=doctor)
    wanted = ShareIn(recipient="x", consent="y")
    with pytest.raises(NotPermitted):
        desk.act(actions.share, document_id=document_id, wanted=wanted, by=actor_for(doctor, at=NOW))


def test_a_stranger_sees_no_document_and_no_file(desk):
    document_id = desk.signed()
    file_id = desk.act(actions.attach_file, patient_id=desk.patient.id, name="a.pdf", content=b"%PDF-1.7")
    stranger = viewer_for(make_user("case_manager"), at=NOW)
    for ask in (lambda: queries.document(stranger, document_id), lambda: queries.attachment(stranger, file_id)):
        with pytest.raises(NotFound):
            ask()
    assert queries.documents_of(stranger, desk.patient.id) == []


def test_a_file_is_kept_once_with_its_hash(desk):
    about = {"patient_id": desk.patient.id, "name": "Lab.pdf", "content": b"%PDF-1.7 lab"}
    first = desk.act(actions.attach_file, **about)
    assert desk.act(actions.attach_file, **about) == first
    [kept] = queries.files_of(desk.viewer(), desk.patient.id)
    assert (kept.name, kept.size, len(kept.sha256)) == ("Lab.pdf", 12, 64)
    assert queries.attachment(desk.viewer(), first).content == b"%PDF-1.7 lab"


def test_a_refused_file_leaves_no_trace(desk):
    with pytest.raises(UnableToAttach):
        desk.act(actions.attach_file, patient_id=desk.patient.id, name="a.pdf", content=b"MZ")
    assert not Attachment.objects.exists()


def test_the_pdf_of_a_draft_says_so_and_names_the_patient(desk):
    content, found = queries.pdf(desk.viewer(), desk.draft(text="We talked. #let x = 1"))
    text = " ".join(pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert "DRAFT, not signed" in text
    assert "Consuelo Ibarra" in text
    assert "We talked. #let x = 1" in text
    assert found.kind == "letter"


def test_the_fax_cover_names_no_patient(desk):
    content = queries.cover_pdf(desk.viewer(), desk.signed())
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "Confidential" in text
    assert "Ibarra" not in text
    assert "Consuelo" not in text
