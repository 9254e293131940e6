"""The keyboard: what each key does, which single keys a person may move or switch off, and what she has after that."""

from collections.abc import Mapping

# act: (its key, what it does). Only these single letters can be moved; Ctrl keys, arrows, Enter and Esc stay.
SINGLE: dict[str, tuple[str, str]] = {
    "details": ("o", "Show or hide the row's details"),
    "call": ("c", "Log a call"),
    "done": ("d", "Done"),
    "snooze": ("s", "Snooze, then a digit for the reason"),
    "note": ("n", "Note"),
    "task": ("q", "Quick task"),
    "assign": ("a", "Assign"),
    "select": ("x", "Select the row; d, s or a on a selected row then acts on all selected"),
    "undo": ("u", "Undo, also Ctrl+Z"),
    "next": ("j", "Next row, also the arrow key"),
    "previous": ("k", "Previous row, also the arrow key"),
    "go": ("g", "Go to: then t Today, p patients, i intake, k clocks, m team"),
}
ALWAYS: tuple[tuple[str, str], ...] = (
    ("Ctrl+K", "Search and commands, also /"),
    ("Enter", "Open the row"),
    ("Ctrl+Enter", "Save and close"),
    ("Ctrl+Z", "Undo"),
    ("Esc", "Close and go back to where you were"),
    ("?", "This list"),
)


class UnusableKeys(ValueError):
    """The keys chosen cannot be told apart; its text says what to change."""


def chosen_keys(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the keys that differ from the usual ones, by act.

    Raises UnusableKeys when one is no single letter or two acts would share one.
    """
    keys = {act: (wanted.get(act) or usual).strip().lower() for act, (usual, _) in SINGLE.items()}
    for act, key in keys.items():
        if len(key) != 1 or not ("a" <= key <= "z"):
            raise UnusableKeys(f"{SINGLE[act][1]}: enter one letter from a to z.")
        twin = next((other for other in keys if other != act and keys[other] == key), None)
        if twin:
            raise UnusableKeys(f"{key} is used twice: {SINGLE[act][1]}; {SINGLE[twin][1]}.")
    return {act: key for act, key in keys.items() if key != SINGLE[act][0]}


def effective(preferences: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return each key with what it does, as this person has them now."""
    if preferences.get("keys_off"):
        return list(ALWAYS)
    moved = _moved(preferences)
    return [(moved.get(act, usual), words) for act, (usual, words) in SINGLE.items()] + list(ALWAYS)


def keymap(preferences: Mapping[str, object]) -> str:
    """Return how the browser reads single keys: "" as usual, "off", or pairs "lc" (l does what c usually does).

    A key whose act moved away and which no other act took does nothing: it is paired with "-".
    """
    if preferences.get("keys_off"):
        return "off"
    moved = _moved(preferences)
    pairs = {key: SINGLE[act][0] for act, key in moved.items()}
    for act in moved:
        pairs.setdefault(SINGLE[act][0], "-")
    return " ".join(pressed + means for pressed, means in sorted(pairs.items()))


def _moved(preferences: Mapping[str, object]) -> dict[str, str]:
    keys = preferences.get("keys")
    return {act: str(key) for act, key in keys.items() if act in SINGLE} if isinstance(keys, Mapping) else {}
