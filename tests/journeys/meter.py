"""Counts what a job costs a practised person: interactions, and seconds by the keystroke-level model.

Operators (design target): K 0.28 a key, P 1.10 to point, B 0.20 to click, H 0.40 a change of hand, M 1.35 before each
independent choice or newly opened surface. The server's time is not counted here: it is measured by the benchmarks.
An interaction is a click, a key command, one uninterrupted entry in one field, or one pick from an open list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

K, P, B, H, M = 0.28, 1.10, 0.20, 0.40, 1.35


@dataclass
class Meter:
    """Drives a page and counts. `hand` is where the hand is: on the keys or on the mouse."""

    page: Page
    hand: str
    interactions: int = 0
    seconds: float = 0.0
    steps: list[str] = field(default_factory=list)

    def _move(self, hand: str) -> None:
        if self.hand != hand:
            self.seconds += H
            self.hand = hand

    def _count(self, step: str, seconds: float, *, think: bool) -> None:
        self.interactions += 1
        self.seconds += seconds + (M if think else 0)
        self.steps.append(step)

    def key(self, name: str, *, think: bool = True) -> None:
        """Press one key command."""
        self._move("keys")
        self._count(name, K * (1 + name.count("+")), think=think)
        self.page.keyboard.press(name)

    def command(self, *names: str, think: bool = True) -> None:
        """Press the keys of one command, such as `g` then `s`."""
        self._move("keys")
        self._count(" ".join(names), K * len(names), think=think)
        for name in names:
            self.page.keyboard.press(name)

    def click(self, selector: str, *, think: bool = True) -> None:
        """Point at something and click it."""
        self._move("mouse")
        self._count(f"click {selector.split(' ')[-1]}", P + B, think=think)
        self.page.locator(selector).first.click()

    def type(self, selector: str, text: str, *, think: bool = True) -> None:
        """Make one uninterrupted entry in the field that has the focus, or in the one named."""
        self._move("keys")
        self._count("entry", K * len(text), think=think)
        if selector:
            self.page.locator(selector).first.fill(text)
        else:
            self.page.keyboard.type(text)

    def pick(self, selector: str, label: str, *, think: bool = True) -> None:
        """Pick one entry of a list, by its first letters or by pointing twice."""
        cost = K * 3 if self.hand == "keys" else 2 * (P + B)
        self._count("pick", cost, think=think)
        self.page.locator(selector).first.select_option(label=label)
