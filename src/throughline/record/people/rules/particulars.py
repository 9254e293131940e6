"""What must hold of a person's statement before a record is made or changed by hand."""

from datetime import date

from throughline.record.people.records import PersonIn
from throughline.record.people.rules.dates import OLDEST
from throughline.record.people.rules.phones import read_phone


def wrong_with(person: PersonIn, *, today: date) -> list[str]:
    """Return a sentence for each thing that must be mended, none when the statement can stand."""
    problems = []
    if not any((name.given or name.family).strip() for name in person.names):
        problems.append("Enter at least one name.")
    problems += wrong_with_birth(person.birth_date, today=today)
    theirs = [point for other in person.contact_persons for point in other.contact_points]
    for point in (*person.contact_points, *theirs):
        if point.system == "phone" and not read_phone(point.value)[0]:
            problems.append(f"Enter the phone “{point.value}” with its area code, such as (555) 123-4567.")
    return problems


def wrong_with_birth(birth_date: date | None, *, today: date) -> list[str]:
    """Return what cannot be about a birth date: it lies ahead, or more than 130 years back."""
    if birth_date is None:
        return []
    if birth_date > today:
        return [f"Enter a birth date that is not after today, {today:%m/%d/%Y}."]
    if birth_date.year < today.year - OLDEST:
        return [f"Enter a birth date after {today.year - OLDEST}: no one alive is older."]
    return []
