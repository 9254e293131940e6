"""`throughline import fhir`: what it prints and how it ends."""

import argparse
import json
import os

import pytest

from throughline.edge.interop.tests import bundles
from throughline.edge.site.commands import import_
from throughline.edge.site.refusal import CommandRefused
from throughline.foundation.access.models import Grant, Site, User
from throughline.record.people.models import Patient

pytestmark = pytest.mark.django_db


def run(*words):
    parser = argparse.ArgumentParser()
    import_.add_arguments(parser)
    return import_.run(parser.parse_args(["fhir", *map(str, words)]))


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(bundles.bundle(bundles.whole()))
    return path


def test_an_empty_installation_gets_a_site_and_the_last_line_is_the_summary(record, capsys):
    assert run(record) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1]) == {
        "files": 1, "patients": 1, "resources": 13, "stored": 13, "unchanged": 0, "refused": [],
    }  # fmt: skip
    assert "the site home" in printed.err
    assert Patient.objects.get().site.key == "home"


def test_a_refusal_ends_with_three(record, capsys):
    record.write_bytes(bundles.bundle([bundles.patient(), bundles.observation(value="heavy")]))
    assert run(record) == 3
    refused = json.loads(capsys.readouterr().out.splitlines()[-1])["refused"]
    assert refused == [
        {
            "file": str(record),
            "resource": "Observation/obs-1",
            "path": "Observation.valueQuantity.value",
            "why": "is text, expected a number.",
        }
    ]


def test_bad_arguments_are_refused_with_one_sentence(record, tmp_path):
    with pytest.raises(CommandRefused, match="no file or folder"):
        run(tmp_path / "nowhere")
    with pytest.raises(CommandRefused, match="There is no site moon"):
        run(record, "--site", "moon")
    with pytest.raises(CommandRefused, match="There is no user"):
        run(record, "--by", "nobody")
    with pytest.raises(CommandRefused, match="1 to 80"):
        run(record, "--source", " ")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CommandRefused, match="neither a file nor a folder"):
        run(tmp_path / "pipe")
    assert not Patient.objects.exists()


def test_an_empty_path_is_not_the_folder_one_stands_in(capsys):
    with pytest.raises(SystemExit):
        run("")
    assert "name a file or a folder" in capsys.readouterr().err


def test_a_folder_without_records_is_said_to_have_none(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("nothing")
    assert run(tmp_path) == 0
    assert f"There is no file ending in .json, .ndjson, .jsonl or .xml, plain or gzipped, in {tmp_path}." in (
        capsys.readouterr().err
    )


def test_a_folder_that_may_not_be_looked_into_is_refused_and_the_rest_is_taken(record, capsys, monkeypatch):
    closed, look = record.parent / "closed", os.scandir
    closed.mkdir()

    def scandir(path):
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert run(record.parent) == 3
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (printed["stored"], [one["file"] for one in printed["refused"]]) == (13, [str(closed)])


def test_of_several_sites_one_must_be_named(record):
    for key in ("north", "south"):
        Site.objects.create(key=key, name=key)
    with pytest.raises(CommandRefused, match="--site north or south"):
        run(record)
    assert run(record, "--site", "south") == 0
    assert Patient.objects.get().site.key == "south"


def test_a_named_colleague_needs_the_permission(record):
    north = Site.objects.create(key="north", name="North")
    nurse = User.objects.create(username="ines", full_name="Ines Calder")
    Grant.objects.create(user=nurse, site=north, role="case_manager", since="2020-01-01T00:00:00Z")
    with pytest.raises(CommandRefused, match="do not allow you to import"):
        run(record, "--by", "ines")


def test_dates_may_be_moved_to_today(record, capsys):
    assert run(record, "--shift-dates-to", "today") == 0
    assert run(record, "--shift-dates-to", "today") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["unchanged"] == 13
