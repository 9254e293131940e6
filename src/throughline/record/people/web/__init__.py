"""Pages of people: register, particulars, possible duplicates, merging and taking a merge back."""
