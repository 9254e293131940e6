"""Where pathways clash: tags of goals, actions and lessons that must not stand side by side unasked."""

from collections.abc import Iterable, Mapping, Sequence

from throughline.practice.careplan.records import Conflict, ConflictRule, Pathway


def conflicts_among(
    pathways: Sequence[Pathway],
    goal_tags: Mapping[str, Sequence[tuple[str, frozenset[str]]]],
    rules: Iterable[ConflictRule],
) -> tuple[Conflict, ...]:
    """The clashes, each once, with the pathways between which they stand and the question to ask.

    Two pathways must be involved: a pathway never clashes with itself. Goals on one measurement with different
    targets are a clash of their own.
    """
    carried = [(p.title, tags_of(p)) for p in pathways]
    found: dict[str, Conflict] = {}
    for rule in rules:
        left = [title for title, tags in carried if tags & rule.left]
        right = [title for title, tags in carried if tags & rule.right]
        between = tuple(dict.fromkeys(t for pair in ((a, b) for a in left for b in right if a != b) for t in pair))
        if between:
            found[rule.id] = Conflict(rule.id, rule.sentence, rule.ask, between)
    for conflict in _targets(pathways, goal_tags):
        found.setdefault(conflict.id, conflict)
    return tuple(found.values())


def tags_of(pathway: Pathway) -> frozenset[str]:
    """Everything a pathway carries that a conflict rule may name."""
    parts: list[frozenset[str]] = [pathway.tags]
    parts += [goal.tags for goal in pathway.goals]
    parts += [action.tags for action in pathway.actions]
    parts += list(pathway.education_tags.values())
    return frozenset().union(*parts)


def _targets(
    pathways: Sequence[Pathway], goal_tags: Mapping[str, Sequence[tuple[str, frozenset[str]]]]
) -> Iterable[Conflict]:
    by_code: dict[str, dict[str, list[str]]] = {}
    names: dict[str, str] = {}
    for pathway in pathways:
        for goal in pathway.goals:
            shared = f"loinc-{goal.loinc}"
            if goal.loinc and len(goal_tags.get(shared, ())) > 1:
                by_code.setdefault(goal.loinc, {}).setdefault(_number(goal.target), []).append(pathway.title)
                names.setdefault(goal.loinc, goal.text)
    for code, targets in by_code.items():
        if len(targets) < 2 or code == "59408-5":
            continue
        shown = " against ".join(f"{target} ({', '.join(titles)})" for target, titles in targets.items())
        between = tuple(dict.fromkeys(t for titles in targets.values() for t in titles))
        yield Conflict(
            f"target-{code}",
            f"Different targets for one measurement: {shown}",
            "Choose one target with the prescriber",
            between,
        )


def _number(target: str) -> str:
    """The target without what is said about it: `< 130/80 if tolerated, …` is `< 130/80`."""
    return target.split(" if ")[0].split(",")[0].strip()
