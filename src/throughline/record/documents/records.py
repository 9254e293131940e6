"""What documents take in and show: structured parts, documents, attachments, shares. Frozen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

KINDS: Mapping[str, str] = {
    "letter": "Letter",
    "message": "Message",
    "plan": "Care plan",
    "plan-patient": "Care plan for the patient",
    "form": "Form",
    "packet": "Packet",
    "care-team-view": "Care team view",
    "cover": "Fax cover sheet",
}
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a document. Text is always literal: nothing in it is markup, on paper or on screen.

    `kind` is heading, text, list, table, facts, quote, notice, choices, lines, index or break. `lang` names the
    language of the block where it is not the document's.
    """

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    head: tuple[str, ...] = ()
    ticked: tuple[int, ...] = ()
    by: str = ""
    level: int = 2
    lang: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the part as JSON keeps it, without what is empty."""
        kept: dict[str, Any] = {"kind": self.kind}
        for name in ("text", "by", "lang"):
            if value := getattr(self, name):
                kept[name] = value
        for name in ("items", "head", "ticked"):
            if value := getattr(self, name):
                kept[name] = list(value)
        if self.rows:
            kept["rows"] = [list(row) for row in self.rows]
        if self.kind in ("heading", "lines"):
            kept["level"] = self.level
        return kept

    @property
    def words(self) -> str:
        """Return the part's own words, for the reading measure and for search."""
        cells = (cell for row in self.rows for cell in row)
        return "\n".join(line for line in (self.text, *self.items, *cells) if line)

    @property
    def choices(self) -> tuple[tuple[str, bool], ...]:
        """Return the choices of a form, each with whether it is ticked."""
        return tuple((item, place in self.ticked) for place, item in enumerate(self.items))


def part_of(kept: Mapping[str, Any]) -> Part:
    """Return the part JSON kept. Raises KeyError when it has no kind."""
    return Part(
        kind=kept["kind"],
        text=kept.get("text", ""),
        items=tuple(kept.get("items", ())),
        rows=tuple(tuple(row) for row in kept.get("rows", ())),
        head=tuple(kept.get("head", ())),
        ticked=tuple(kept.get("ticked", ())),
        by=kept.get("by", ""),
        level=kept.get("level", 2),
        lang=kept.get("lang", ""),
    )


def heading(text: str, level: int = 2, *, lang: str = "") -> Part:
    """Return a heading; level 1 begins a section that an index lists."""
    return Part("heading", text=text, level=level, lang=lang)


def paragraph(text: str, *, lang: str = "") -> Part:
    """Return a paragraph; a line break in it stays one."""
    return Part("text", text=text, lang=lang)


def bullets(items: Iterable[str], *, lang: str = "") -> Part:
    """Return a list."""
    return Part("list", items=tuple(items), lang=lang)


def table(head: Iterable[str], rows: Iterable[Sequence[str]], *, caption: str = "", lang: str = "") -> Part:
    """Return a table with its column headings; `caption` says what it shows."""
    return Part("table", text=caption, head=tuple(head), rows=tuple(tuple(row) for row in rows), lang=lang)


def facts(rows: Iterable[tuple[str, str]], *, lang: str = "") -> Part:
    """Return names with their values, one a line."""
    return Part("facts", rows=tuple(rows), lang=lang)


def quote(text: str, by: str = "", *, lang: str = "") -> Part:
    """Return somebody's own words, with who said them."""
    return Part("quote", text=text, by=by, lang=lang)


def notice(text: str, *, lang: str = "") -> Part:
    """Return a paragraph set apart, for what must not be missed."""
    return Part("notice", text=text, lang=lang)


def choices(text: str, items: Iterable[str], ticked: Iterable[int] = (), *, lang: str = "") -> Part:
    """Return a question with boxes, those at the places `ticked` crossed."""
    return Part("choices", text=text, items=tuple(items), ticked=tuple(ticked), lang=lang)


def write_in(text: str, lines: int = 1, *, lang: str = "") -> Part:
    """Return a question with empty lines to write on."""
    return Part("lines", text=text, level=lines, lang=lang)


INDEX = Part("index")
PAGE_BREAK = Part("break")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIn:
    """A document as whoever assembles it hands it in.

    `template` and `template_version` name the content it was made from; `standing` says what a reader must know of the
    wording ("Spanish not yet reviewed"); `subject` what it is about ("task:<id>", "referral:<id>"). A text that holds
    `[name?]` for a name in `missing` cannot be signed before the blank is filled.
    """

    kind: str
    title: str
    parts: tuple[Part, ...]
    language: str = "en"
    template: str = ""
    template_version: str = ""
    standing: str = ""
    subject: str = ""
    recipient: str = ""
    for_patient: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareIn:
    """For whom a link is made: `channel` is how she gets it (in person, phone, mail …), `consent` the line that allows
    it. With `consent_id` the link also dies when that consent is withdrawn or expires."""

    recipient: str
    consent: str
    channel: str = "in person"
    days: int = 7
    consent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step in a document's life."""

    act: str
    words: str
    before: str
    after: str
    reason: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class OpeningRecord:
    """One opening of a shared document: when, and whether the page or the PDF."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """A link to one document: for whom, by which channel, on which consent, until when, how often opened."""

    id: UUID
    document_id: UUID
    recipient: str
    channel: str
    consent: str
    created_at: datetime
    created_by: str
    opens_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str
    standing: str
    openings: tuple[OpeningRecord, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether the link can still be opened, now or when it has left the outbox."""
        return self.standing in ("open", "waiting")


@dataclass(frozen=True, slots=True)
class Summary:
    """A document as lists show it."""

    id: UUID
    kind: str
    kind_words: str
    title: str
    language: str
    state: str
    state_words: str
    recipient: str
    created_at: datetime
    created_by: str
    changed_at: datetime
    live_shares: int = 0


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document whole. `reading` is its measured grade in words, `missing` its blanks, `leaves_at` when it goes."""

    id: UUID
    site_id: UUID
    site_name: str
    patient_id: UUID
    case_id: UUID | None
    kind: str
    kind_words: str
    title: str
    language: str
    parts: tuple[Part, ...]
    template: str
    template_version: str
    standing: str
    subject: str
    recipient: str
    for_patient: bool
    reading: str
    plain_enough: bool
    missing: tuple[str, ...]
    state: str
    state_words: str
    channel: str
    leaves_at: datetime | None
    created_at: datetime
    created_by: str
    signed_at: datetime | None
    signed_by: str
    version: int
    steps: tuple[StepRecord, ...] = ()
    shares: tuple[ShareRecord, ...] = ()
    attachments: tuple["AttachmentRecord", ...] = ()


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """Bytes that came from elsewhere, as lists show them."""

    id: UUID
    patient_id: UUID
    document_id: UUID | None
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class Attached:
    """The bytes of one attachment with what a browser must be told of them."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Shared:
    """A link just made. `token` is told once and kept nowhere: only its hash is."""

    share_id: UUID
    token: str
    opens_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on each sheet of a printed document, beside its content."""

    name: str
    born: str
    mrn: str
    site: str
    printed_by: str
    printed_at: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the content library in one language. `variables` are the names its text asks for."""

    key: str
    version: str
    kind: str
    title: str
    language: str
    purpose: str
    parts: tuple[Part, ...]
    variables: tuple[str, ...]
    confidence: str
    reviewer: str
    citation: str
    for_patient: bool


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """A letter as a list to choose from shows it."""

    key: str
    title: str
    purpose: str
    kind: str
    languages: tuple[str, ...] = field(default=())
