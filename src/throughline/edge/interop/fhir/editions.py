"""Whether a received resource is new, newer than what is held, or nothing new."""

from throughline.record.chart.records.received import Edition, Verdict


def judge(received: Edition, held: Edition | None, *, seen_before: bool = False) -> Verdict:
    """Return whether `received` is new, replaces `held`, or adds nothing.

    The same version id is the same content (https://hl7.org/fhir/R4/resource.html#Meta); an older edition than the
    one held is nothing new. With neither version nor time to go by, other content is a change, unless that very content
    was held before and has been replaced since (`seen_before`): then the file is being sent again.
    """
    if held is None:
        return Verdict.NEW
    if received.digest == held.digest or (received.version and received.version == held.version):
        return Verdict.UNCHANGED
    older = is_older(received, held)
    if older is None:
        older = seen_before
    return Verdict.UNCHANGED if older else Verdict.CHANGED


def is_older(one: Edition, other: Edition) -> bool | None:
    """Return whether `one` is the older edition, None when nothing says so."""
    if one.updated_at and other.updated_at and one.updated_at != other.updated_at:
        return one.updated_at < other.updated_at
    if one.version.isdecimal() and other.version.isdecimal() and one.version != other.version:
        return int(one.version) < int(other.version)
    return None
