"""The role a new member is given unasked, from what the directory says."""

import pytest

from throughline.practice.coordination.rules import roles


@pytest.mark.parametrize(
    ("specialty", "function", "credentials", "organization", "role"),
    [
        ("cardiology", "", "MD", "Twin Forks Heart Clinic", "SPEC"),
        ("family medicine", "", "MD", "", "PCP"),
        ("home health nursing", "", "RN", "", "HHRN"),
        ("addiction medicine", "", "MD", "", "SUD"),
        ("psychology", "", "PhD", "", "BH"),
        ("", "", "LISW", "", "SW"),
        ("", "", "", "Mad River Home Health", "HHRN"),
        ("", "", "", "", "OTHER"),
    ],
)
def test_a_clinician_by_what_she_does_then_by_credentials_then_by_place(
    specialty, function, credentials, organization, role
):
    found = roles.role_of_practitioner(
        specialty=specialty, function=function, credentials=credentials, organization=organization
    )
    assert found == role


def test_an_organization_by_kind_then_by_name():
    assert roles.role_of_organization(kind="ins", name="Wrightfield") == "PAYER"
    assert roles.role_of_organization(kind="prov", name="Stillwater Medical Equipment") == "DME"
    assert roles.role_of_organization(kind="", name="Table of Plenty") == "COMM"


def test_who_decides_for_the_patient_is_her_representative_before_all_else():
    assert roles.role_of_person(authority="hcpoa", caregiver=True) == "REP"
    assert roles.role_of_person(authority="none", caregiver=True) == "CARE"
    assert roles.role_of_person(authority="none", caregiver=False) == "FAM"


def test_every_role_given_is_on_the_list():
    given = {role for _, role in roles._WORDS} | {role for _, role in roles._CREDENTIALS}
    given |= set(roles._ORGANIZATIONS.values()) | set(roles._STAFF.values())
    assert given <= set(roles.ROLES)


@pytest.mark.parametrize(
    ("name", "compares_as"),
    [
        ("Ada Pillai, MD", "ada pillai"),
        ("Ada Pillai", "ada pillai"),
        ("Jo Ruiz, PhD, LCSW", "jo ruiz"),
        ("Harbor House, East", "harbor house, east"),
        ("Mad River Home Health, Inc.", "mad river home health, inc."),
    ],
)
def test_a_name_compares_without_its_credentials_and_a_place_with_all_of_its_own(name, compares_as):
    assert roles.without_credentials(name) == compares_as
