"""What a consent may be about, in the words of pages and of the story; a site's own scope is its own word."""

WORDS = {
    "case-management": "case management",
    "part-2": "substance use records (42 CFR Part 2)",
    "share": "sharing with others",
}


def words_of(scope: str) -> str:
    """Return how the scope is said: "case-management" is "case management"."""
    return WORDS.get(scope, scope.replace("-", " "))
