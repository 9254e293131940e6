"""The desk: pages that span capabilities, Today first, the patient on one page, and what a nurse does in place."""
