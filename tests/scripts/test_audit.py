"""What `make check` says of known faults, from answers of the shape that pip-audit 2.10 and npm 10 give."""

from typing import Any

import pytest

from scripts import audit

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
FAULTY = {"name": "urllib3", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": []}]}
UNMENDED = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2", "fix_versions": [], "aliases": []}]}
NOT_ASKED = {"name": "django", "skip_reason": "Dependency not found on PyPI"}
NPM_SOUND = {"vulnerabilities": {}}
NPM_FAULTY = {"vulnerabilities": {"x": {"name": "x", "via": [{"title": "prototype pollution"}], "fixAvailable": True}}}


def answers(monkeypatch: pytest.MonkeyPatch, python: Any, node: Any) -> None:
    def answer(command: list[str], _folder: Any) -> Any:
        return node if command[0] == "npm" else {"dependencies": python}

    monkeypatch.setattr(audit, "_json_of", answer)


@pytest.mark.parametrize(
    ("python", "node", "code"),
    [
        ([SOUND], NPM_SOUND, 0),
        ([SOUND, FAULTY], NPM_SOUND, 1),
        ([SOUND], NPM_FAULTY, 1),
        ([UNMENDED], NPM_SOUND, 0),
    ],
)
def test_check_fails_for_a_fault_that_a_newer_version_mends(
    monkeypatch: pytest.MonkeyPatch, python: Any, node: Any, code: int
) -> None:
    answers(monkeypatch, python, node)
    assert audit.main() == code


def test_nobody_who_can_be_asked_is_said_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, [NOT_ASKED], {"error": {"code": "E405"}})
    assert audit.main() == 0
    assert capsys.readouterr().out.count("not asked") == 2
