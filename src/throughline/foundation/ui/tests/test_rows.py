"""A row that ends in an act, or in a time, holds its text in one piece, so that the end stands beside it."""

import re
from html.parser import HTMLParser
from pathlib import Path

PRODUCT = Path(__file__).resolve().parents[3]
TAGS = re.compile(r"{%.*?%}|{#.*?#}", re.S)
VOID = {"input", "br", "img", "hr", "meta", "link", "use", "source", "path"}


class Rows(HTMLParser):
    """Collects rows of lists in which loose text stands beside what has its place at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.rows: list[dict[str, bool]] = []
        self.wrong = 0

    def handle_starttag(self, tag, attrs):
        """Note a row, and what of it stands at its end."""
        names = (dict(attrs).get("class") or "").split()
        inside = self.open[-1] if self.open else ("", "")
        if tag == "li" and inside[0] in ("ul", "ol") and "list" in inside[1].split() and "cluster" not in names:
            self.rows.append({"depth": len(self.open), "loose": False, "end": False})  # type: ignore[dict-item]
        elif self.rows and len(self.open) == self.rows[-1]["depth"] + 1 and "end" in names:
            self.rows[-1]["end"] = True
        if tag not in VOID:
            self.open.append((tag, " ".join(names)))

    def handle_data(self, data):
        """Note text that stands in a row by itself."""
        if self.rows and len(self.open) == self.rows[-1]["depth"] + 1 and data.strip():
            self.rows[-1]["loose"] = True

    def handle_endtag(self, tag):
        """Judge a row when it ends."""
        while self.open and self.open.pop()[0] != tag:
            pass
        if self.rows and len(self.open) <= self.rows[-1]["depth"]:
            row = self.rows.pop()
            self.wrong += row["loose"] and row["end"]


def test_what_a_row_ends_in_stands_beside_one_piece_of_text():
    wrong = []
    for path in sorted(PRODUCT.rglob("*.html")):
        reader = Rows()
        reader.feed(TAGS.sub("", path.read_text()))
        if reader.wrong:
            wrong.append(f"{path.relative_to(PRODUCT)}: put the text of each row that has an end into one element")
    assert not wrong, "\n".join(wrong)


def test_the_reader_finds_a_row_of_loose_text():
    reader = Rows()
    reader.feed('<ul class="list"><li><b>A</b>: text <time class="end">Mar 3</time></li></ul>')
    assert reader.wrong == 1
    reader.feed('<ul class="list"><li><span><b>A</b>: text</span> <time class="end">Mar 3</time></li></ul>')
    assert reader.wrong == 1
