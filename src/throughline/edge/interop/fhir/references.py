"""What a reference points to: relative, absolute, urn:uuid, versioned, contained or conditional."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

_TAIL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([^/\s?#]+)(?:/_history/[^/]+)?\Z")
_SERVER = re.compile(r"https?://(.+)/[A-Z][A-Za-z]+/[^/\s?#]+(?:/_history/[^/]+)?\Z")
_CONDITION = re.compile(r"([A-Z][A-Za-z]+)?\?identifier=(?:([^|]*)\|)?(.+)\Z")


class Key(NamedTuple):
    """The type and id by which a resource is known at its source."""

    resource_type: str
    resource_id: str


class Search(NamedTuple):
    """A conditional reference: the one resource of a type with this identifier."""

    resource_type: str
    system: str
    value: str


def server_of(url: str) -> str:
    """Return the server an absolute reference or fullUrl names, "" for any other."""
    match = _SERVER.match(url)
    return match[1] if match is not None else ""


def target(reference: str, full_urls: Mapping[str, Key], servers: Collection[str] = ()) -> Key | Search | None:
    """Return what a reference names, None when it is contained, malformed or unknown.

    `full_urls` are the entries of the same bundle; R4 resolves within the bundle first
    (https://hl7.org/fhir/R4/bundle.html#references). `servers` are those its entries come from: the same id at any
    other server is somebody else.
    """
    found = full_urls.get(reference)
    if found is not None:
        return found
    if not reference or reference[0] == "#":
        return None
    if servers and (server := server_of(reference)) and server not in servers:
        return None
    match = _TAIL.search(reference)
    if match is not None:
        return Key(match[1], match[2])
    conditional = _CONDITION.match(reference)
    if conditional is not None:
        return Search(conditional[1] or "", conditional[2] or "", conditional[3])
    return None
