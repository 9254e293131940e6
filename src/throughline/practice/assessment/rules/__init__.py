"""The pure decisions of assessment: what an instrument asks, what an answer means, when a total exists.

Nothing here reads a clock, a file or a database. An instrument comes in as a mapping (from content, or made of a
FHIR R4 Questionnaire) and everything else is a function of that definition and the answers."""
