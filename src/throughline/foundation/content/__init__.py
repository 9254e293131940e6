"""The content library: clinical and regulatory knowledge as versioned files, loaded, checked and frozen.

Instruments, plans, clocks, alerts, letters and the like are data, never code. Each item says where it comes
from, how sure we are of it, since when it holds, who reviewed it, and carries examples that are its test and
its documentation. A second directory may overlay the first with a hospital's, a state's or a payer's values.
"""
