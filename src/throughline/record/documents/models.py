"""Documents with every step of their life, files from elsewhere, links that expire and each opening of one."""

import pghistory
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case, Consent
from throughline.record.people.models import Patient


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Document(models.Model):
    """One document as written: `parts` is the whole of its content, whatever becomes of what it was made from."""

    class State(models.TextChoices):
        DRAFTED = "drafted", "drafted"
        SIGNED = "signed", "signed"
        SENT = "sent", "sent"
        DELIVERED = "delivered", "delivered"
        FAILED = "failed", "not delivered"
        RECALLED = "recalled", "recalled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30, help_text="letter, message, plan, plan-patient, form, packet, …")
    language = models.CharField(max_length=10, default="en")
    title = models.CharField(max_length=300)
    parts = models.JSONField(default=list, help_text="structured blocks; their text is literal")
    template = models.CharField(max_length=80, blank=True, help_text="the content it was made from")
    template_version = models.CharField(max_length=20, blank=True)
    standing = models.CharField(max_length=200, blank=True, help_text="what a reader must know of the wording")
    missing = models.JSONField(default=list, help_text="blanks to be filled before signing")
    filled = models.JSONField(default=dict, help_text="what was put into the blanks")
    subject = models.CharField(max_length=120, blank=True, help_text="what it is about: 'task:<id>'")
    recipient = models.CharField(max_length=300, blank=True)
    for_patient = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFTED)
    channel = models.CharField(max_length=20, blank=True, help_text="how it went: link, mail, hand, fax, read, …")
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by_id = models.UUIDField(null=True)
    signed_by_name = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="documents_patient_at"),
            models.Index(fields=["subject"], condition=~Q(subject=""), name="documents_subject"),
        ]


class DocumentTransition(models.Model):
    """One step of a document: what, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=30)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["document", "at"], name="documents_transition_doc")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class DocumentShare(models.Model):
    """A link to one document. Only the hash of its token is kept, so that nobody can read links out of the tables."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="document_shares")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="shares")
    token_hash = models.CharField(max_length=64, unique=True)
    recipient = models.CharField(max_length=200)
    channel = models.CharField(max_length=40, blank=True)
    consent = models.TextField(help_text="the line that allows it")
    given_consent = models.ForeignKey(Consent, null=True, on_delete=models.PROTECT, related_name="+")
    message_id = models.UUIDField(null=True, help_text="its message in the outbox")
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)
    opens_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=200, blank=True)
    revoke_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["document"], name="documents_share_doc")]


class ShareOpening(models.Model):
    """One opening of a link: when, and whether the page or the PDF. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    share = models.ForeignKey(DocumentShare, on_delete=models.CASCADE, related_name="openings")
    at = models.DateTimeField()
    what = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["share", "at"], name="documents_opening_share")]


class Attachment(models.Model):
    """A file from elsewhere, kept as it came with the hash of its bytes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="attachments")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=140)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField(null=True)
    added_by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "-added_at"], name="documents_attachment_patient")]
