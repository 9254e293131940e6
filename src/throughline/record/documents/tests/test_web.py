"""Documents in the browser, and the public page of a link."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.foundation.audit.models import AuditEntry
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.documents import actions
from throughline.record.documents.models import Document, DocumentShare
from throughline.record.documents.records import DocumentIn, ShareIn, paragraph

pytestmark = pytest.mark.django_db
CAREFUL = "We talked <script>alert(1)</script> & #let"


class Desk:
    def __init__(self):
        self.now = datetime.now(UTC)
        self.site = make_site(name="Harbor Hospital")
        self.nurse = make_user("case_manager", self.site, name="Dana Whitfield")
        self.patient = make_patient(self.site, name="Ibarra, Consuelo", language="es")
        make_case(self.site, self.nurse, patient=self.patient, at=self.now - timedelta(days=2))
        self.browser = signed_in(self.nurse)
        self.by = actor_for(self.nurse, at=self.now)

    def signed(self, at=None):
        at = at or self.now
        wanted = DocumentIn(kind="letter", title="A letter", parts=(paragraph(CAREFUL),))
        document_id = actions.draft_document(patient_id=self.patient.id, document=wanted, by=self.by, at=at)
        actions.sign_document(document_id=document_id, by=self.by, at=at)
        return document_id

    def link(self, days=7, at=None):
        at = at or self.now - timedelta(minutes=1)
        wanted = ShareIn(recipient="Dr. Ruiz", consent="verbal", days=days)
        return actions.share(document_id=self.signed(at), wanted=wanted, by=self.by, at=at)

    def post(self, name, *args, **fields):
        return self.browser.post(reverse(f"documents:{name}", args=args), fields)


@pytest.fixture
def desk():
    cache.clear()
    return Desk()


def test_the_list_is_empty_then_shows_the_draft(desk):
    where = reverse("documents:list", args=[desk.patient.id])
    assert b"No documents yet" in desk.browser.get(where).content
    answer = desk.post("letter", desk.patient.id, letter="unreached")
    assert answer.status_code == 302
    assert "Intentamos llamarle" in desk.browser.get(where).content.decode()
    page = desk.browser.get(answer["Location"]).content.decode()
    assert 'lang="es"' in page
    assert "not yet reviewed" in page
    assert "INFLESZ" in page


def test_a_draft_is_filled_signed_and_handed_over_by_plain_forms(desk):
    desk.post("letter", desk.patient.id, letter="unreached-message")
    draft = Document.objects.get()
    refused = desk.post("act", draft.id, act="sign")
    assert refused.status_code == 422
    assert "Fill in before signing" in refused.content.decode()
    desk.post("change", draft.id, version="1", title=draft.title, **{"blank-phone": "(937) 555-0100"})
    assert desk.post("act", draft.id, act="sign").status_code == 302
    desk.post("act", draft.id, act="hand-over", way="read")
    draft.refresh_from_db()
    assert (draft.state, draft.channel) == ("delivered", "read")


def test_text_of_a_document_is_never_markup_on_the_page(desk):
    page = desk.browser.get(reverse("documents:document", args=[desk.signed()])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; #let" in page


def test_the_pdf_is_given_never_cached_and_its_name_names_nobody(desk):
    answer = desk.browser.get(reverse("documents:pdf", args=[desk.signed()]))
    assert answer.content.startswith(b"%PDF")
    assert answer["Cache-Control"] == "no-store"
    assert "ibarra" not in answer["Content-Disposition"].lower()


def test_making_a_link_shows_it_once(desk):
    document_id = desk.signed()
    made = desk.post("share", document_id, recipient="Dr. Ruiz", consent="verbal", days="7", channel="phone")
    page = made.content.decode()
    assert "http://testserver/shared/" in page
    token = page.split("/shared/")[1].split("/")[0]
    again = desk.browser.get(reverse("documents:document", args=[document_id])).content.decode()
    assert token not in again
    assert "Dr. Ruiz" in again


def test_a_refused_link_keeps_what_was_typed(desk):
    answer = desk.post("share", desk.signed(), recipient="Dr. Ruiz", consent=" ", days="7")
    assert answer.status_code == 422
    assert "Dr. Ruiz" in answer.content.decode()
    assert not DocumentShare.objects.exists()


def test_a_link_opens_without_an_account_and_is_never_kept_or_indexed(desk):
    made = desk.link()
    answer = Client().get(reverse("documents:shared", args=[made.token]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "sessionid" not in answer.cookies
    pdf = Client().get(reverse("documents:shared-pdf", args=[made.token]))
    assert pdf.content.startswith(b"%PDF")
    assert [o.what for o in DocumentShare.objects.get().openings.order_by("at")] == ["page", "pdf"]


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_closed_link_says_why_shows_nothing_and_logs_no_token(desk, end, caplog):
    made = desk.link(days=1, at=desk.now - timedelta(days=2)) if end == "expired" else desk.link()
    if end == "revoked":
        actions.revoke_share(share_id=made.share_id, by=desk.by, at=desk.now)
    with caplog.at_level("DEBUG"):
        answer = Client().get(reverse("documents:shared", args=[made.token]))
    assert answer.status_code == 410
    page = answer.content.decode()
    assert {"expired": "has expired", "revoked": "has ended this link"}[end] in page
    assert "Ibarra" not in page
    assert answer["Cache-Control"] == "no-store"
    assert made.token not in caplog.text
    [refused] = AuditEntry.objects.filter(kind="refused", name="documents.shared")
    assert refused.detail == {"share": str(made.share_id), "why": end}


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 44, "..%2F.."])
def test_an_unknown_link_is_not_there(desk, token, caplog):
    answer = Client().get(f"/shared/{token}/")
    assert answer.status_code == 404
    assert token not in caplog.text


def test_too_many_requests_are_turned_away(desk, settings):
    settings.ACCOUNT_RATE_LIMITS = {"shared_link": "3/m/ip"}
    made = desk.link()
    browser, where = Client(), reverse("documents:shared", args=[made.token])
    assert [browser.get(where).status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_a_link_is_ended_from_the_page(desk):
    made = desk.link()
    document_id = DocumentShare.objects.get().document_id
    answer = desk.post("end-link", made.share_id, next=f"/document/{document_id}/")
    assert answer["Location"] == f"/document/{document_id}/"
    assert Client().get(reverse("documents:shared", args=[made.token])).status_code == 410


def test_a_file_is_kept_and_comes_back_to_be_saved(desk):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = SimpleUploadedFile("../Lab.pdf", b"%PDF-1.7 lab", content_type="text/html")
    assert desk.post("attach", desk.patient.id, file=sent).status_code == 302
    page = desk.browser.get(reverse("documents:list", args=[desk.patient.id])).content.decode()
    answer = desk.browser.get(page.split('href="/attachment/')[1].split('"')[0].join(["/attachment/", ""]))
    assert answer.content == b"%PDF-1.7 lab"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="Lab.pdf"'
    evil = SimpleUploadedFile("x.pdf", b"<html>")
    assert desk.post("attach", desk.patient.id, file=evil).status_code == 422
