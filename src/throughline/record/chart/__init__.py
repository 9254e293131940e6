"""The chart: what is known of a patient's health, each fact with the system it came from, when it was recorded and
how old it is. Received records are kept byte for byte beside the facts read from them; what other houses plan for the
patient is kept as outside plans, visible beside ours."""
