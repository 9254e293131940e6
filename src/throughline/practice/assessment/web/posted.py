"""Reads the runner's form: which places it asked, what was picked, typed, refused or said in the patient's words.

Per place: `asked`, `k:` what the form showed, `q:` what is picked or typed now (an absence as `absent:refused`), `t:`
free text beside options, `a:` an absence chosen from a list, `w:` the patient's words.
"""

from django.http import QueryDict

from throughline.practice.assessment.actions import Said
from throughline.practice.assessment.records import Answer, AssessmentRecord
from throughline.practice.assessment.rules.branching import NOTHING

ABSENT = "absent:"


def changes(post: QueryDict, record: AssessmentRecord) -> dict[str, Said]:
    """Return what the form says differently from what is kept, by place; unchanged places are left alone."""
    found: dict[str, Said] = {}
    for place in post.getlist("asked"):
        said = _said(post, place, record, record.answers.get(place, NOTHING))
        if said is not None:
            found[place] = said
    return found


def _said(post: QueryDict, place: str, record: AssessmentRecord, before: Answer) -> Said | None:
    words = post.get(f"w:{place}", before.words).strip()
    language = (before.words_language or record.language) if words else ""
    if post.get("still") == place:
        values = list(record.prior_answers.get(place, NOTHING).values)
        return Said(value=values[0] if len(values) == 1 else values, words=words, words_language=language)
    kept, picked = _filled(post, f"k:{place}"), _picked(post, place)
    was_absent = before.absent.value if before.absent else ""
    absent = post.get(f"a:{place}", "") or next((v[len(ABSENT) :] for v in picked if v.startswith(ABSENT)), "")
    picked = [value for value in picked if not value.startswith(ABSENT)]
    if picked and picked != kept and absent == was_absent:
        absent = ""  # a value typed over a refusal wins
    if absent:
        picked = []
    if (picked, absent, words) == ([] if was_absent else kept, was_absent, before.words):
        return None
    value = picked[0] if len(picked) == 1 else picked or None
    return Said(value=value, absent=absent, words=words, words_language=language)


def _picked(post: QueryDict, place: str) -> list[str]:
    """What is picked or typed; free text beside options wins where it was typed, else the option does."""
    picked, text = _filled(post, f"q:{place}"), post.get(f"t:{place}", "").strip()
    if text and not (picked and [text] == _filled(post, f"k:{place}")):
        return [text]
    return picked


def _filled(post: QueryDict, name: str) -> list[str]:
    return [value.strip() for value in post.getlist(name) if value.strip()]
