"""By what name FHIR knows a questionnaire, and whether a response answers it: the canonical URL with its version."""

from collections.abc import Iterable, Mapping
from typing import Any

from throughline.practice.assessment.records import Instrument

OURS = "urn:throughline:questionnaire:"


def address_of(instrument: Instrument) -> tuple[str, str]:
    """Return the canonical URL and its version, "" where its author gave none.

    A Questionnaire laid in keeps the name its author gave it; the library's own have one of ours, because their linkIds
    are ours and a response under LOINC's name would claim otherwise.
    """
    if instrument.source:
        return instrument.url, str(instrument.source.get("version", ""))
    return instrument.url or f"{OURS}{instrument.id}", instrument.version


def canonical_of(instrument: Instrument) -> str:
    """Return the canonical as a response names it: "url|version" or the URL alone; "" for one without a URL."""
    url, version = address_of(instrument)
    return f"{url}|{version}" if url and version else url


def named_by(response: Mapping[str, Any]) -> tuple[str, str]:
    """Return the URL and the version a response says it answers; empty where it says nothing that can be compared.

    A form it carries within itself ("#form") has no name outside it.
    """
    raw = response.get("questionnaire")
    if not isinstance(raw, str) or raw.startswith("#"):
        return "", ""
    url, _bar, version = raw.strip().partition("|")
    return url.partition("#")[0], version.partition("#")[0]


def meant(response: Mapping[str, Any], instruments: Iterable[Instrument]) -> Instrument | None:
    """Return the instrument of the URL a response names, whatever its version; None when there is none."""
    url, _version = named_by(response)
    return next((one for one in instruments if url and address_of(one)[0] == url), None)


def misfit(response: Mapping[str, Any], instrument: Instrument) -> str:
    """Return why a response does not answer this instrument, in words; "" when it does or does not say.

    A version is compared where both name one: answers given to other words or other options are other answers.
    """
    url, version = named_by(response)
    own, kept = address_of(instrument)
    if url and url != own:
        return f"The response answers {url}, which is not {instrument.short_title} ({own or 'it has no canonical URL'})"
    if version and kept and version != kept:
        return (
            f"The response answers version {version} of {instrument.short_title}; this site holds version {kept}. "
            "Compare the two and enter the answers by hand, or ask for the answers to this version"
        )
    return ""
