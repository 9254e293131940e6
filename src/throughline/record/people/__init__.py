"""People: the patient and everyone around her, found by any name or number, told apart, merged and un-merged."""
