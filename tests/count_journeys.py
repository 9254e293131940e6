"""Says how many browser journeys were driven, and fails when none were or any was skipped.

Used by continuous integration: a journey that is skipped for want of a browser proves nothing.
"""

import sys
import xml.etree.ElementTree as tree


def count(path: str) -> tuple[int, int]:
    """Return how many browser journeys ran and how many were skipped in a JUnit file."""
    ran = skipped = 0
    for case in tree.parse(path).iter("testcase"):
        if not any(one.get("name") == "journey" for one in case.iter("property")):
            continue
        if case.find("skipped") is None:
            ran += 1
        else:
            skipped += 1
    return ran, skipped


if __name__ == "__main__":
    driven, left_out = count(sys.argv[1])
    print(f"browser journeys: {driven} driven, {left_out} skipped")
    sys.exit(1 if left_out or not driven else 0)
