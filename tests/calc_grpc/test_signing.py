"""Signatures of reports, against published ones and those of another program."""

import json
from pathlib import Path
from typing import Any

import pytest

from calc_grpc.signing import secret_of, signature_headers

FILE = Path(__file__).resolve().parents[1] / "data" / "webhook_signatures.json"
SAMPLES = json.loads(FILE.read_text())["signatures"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["key"][:12])
def test_a_signature_is_what_the_specification_s_example_and_openssl_say(sample: dict[str, Any]) -> None:
    assert signature_headers(
        secret=secret_of(sample["key"]),
        message_id=sample["id"],
        timestamp_s=sample["timestamp"],
        body=sample["body"].encode(),
    ) == {
        "webhook-id": sample["id"],
        "webhook-timestamp": str(sample["timestamp"]),
        "webhook-signature": sample["signature"],
    }


def test_a_key_is_its_own_secret_unless_it_is_marked_as_base64() -> None:
    assert secret_of("bytes as they are: ü") == "bytes as they are: ü".encode()
    padded, bare = ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGA==", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGA")
    assert secret_of(padded) == secret_of(bare) == bytes(range(25))


@pytest.mark.parametrize(
    "key", ["whsec_", "whsec_c2hvcnQ=", "whsec_not/base64!", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY"]
)
def test_a_marked_key_that_holds_no_secret_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="24 or more random bytes"):
        secret_of(key)
