"""Where records of other systems come in and ours go out: parsers and mappings are pure, the edges thin."""
