"""Ten thousand stored responses rescored: not one total differs from the one that was stored."""

import json
import random

from throughline.practice.assessment.records import Answer
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.answering import as_json
from throughline.practice.assessment.rules.entry import read
from throughline.practice.assessment.rules.scoring import score
from throughline.practice.assessment.rules.storing import as_stored, from_stored

KEYS = ("phq9", "gad7", "auditc", "peg", "esas_r", "adl_count", "hvs", "phq2", "sils", "iadl_count")


def test_ten_thousand_responses_rescore_to_what_was_stored() -> None:
    dice, stored = random.Random(5), []
    for number in range(10_000):
        instrument = library.instruments()[KEYS[number % len(KEYS)]]
        raw = {}
        for item in instrument.items:
            picks = [o.key for o in item.options] or list(range(11))
            raw[item.id] = "refused" if dice.random() < 0.02 else dice.choice(picks)
        answers = read(instrument, raw)[0]
        outcome = json.dumps(as_json(score(instrument, answers)), default=str)
        rows = {place: (as_stored(a.values), a.absent) for place, a in answers.items()}
        stored.append((instrument.id, json.loads(json.dumps({k: v[0] for k, v in rows.items()})), rows, outcome))
    differences = 0
    for key, values, rows, outcome in stored:
        instrument = library.instruments()[key]
        again = {place: Answer(from_stored(values[place]), absent) for place, (_v, absent) in rows.items()}
        differences += json.dumps(as_json(score(instrument, again)), default=str) != outcome
    assert differences == 0
