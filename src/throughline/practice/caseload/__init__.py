"""Caseload: who carries whom, and the one ranked list of what to do next and why. The list is no table: it is
read from tasks, clocks and cases each time, and ordered by one pure function anybody can read."""
