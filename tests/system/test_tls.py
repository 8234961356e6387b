"""Everything encrypted: HTTPS at the entrance, https to main_api and back from calc_grpc, gRPC over TLS."""

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from astrodist.calc.v1 import calculation_service_pb2, calculation_service_pb2_grpc

from tests.system.client import Answer, Client, sign_in
from tests.system.deployment import Deployment, running, wait_for

PASSWORD = "observer"


class Encrypted(Deployment):
    """The services with certificates of an authority made for this run."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("localhost", "127.0.0.1")
        files = {"ca": authority.cert_pem, "cert": issued.cert_chain_pems[0], "key": issued.private_key_pem}
        self.pem = {name: str(folder / f"{name}.pem") for name in files}
        for name, blob in files.items():
            blob.write_to_path(self.pem[name])
        own = {
            f"{room}_TLS_{part}": self.pem[part.lower()]
            for room in ("GATEWAY", "MAIN", "CALC")
            for part in ("CERT", "KEY")
        }
        believed = ("GATEWAY_MAIN_CA", "GATEWAY_CALC_CA", "MAIN_CALC_CA", "CALC_CALLBACK_CA")
        super().__init__(folder, **own, **dict.fromkeys(believed, self.pem["ca"]))
        self.url = self.url.replace("http:", "https:")
        self.callback_base = self.callback_base.replace("http:", "https:")
        self.environment |= {
            "GATEWAY_MAIN_URL": self.callback_base,
            "MAIN_CALLBACK_BASE_URL": self.callback_base,
            "CALC_MAIN_URL": self.callback_base,
            "CALC_CALLBACK_ALLOWED_ORIGINS": self.callback_base,
        }


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    services = Encrypted(tmp_path_factory.mktemp("encrypted"))
    trusting = ssl.create_default_context(cafile=services.pem["ca"])
    before = urllib.request._opener  # type: ignore[attr-defined]
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusting)))
    try:
        with running(services):
            yield services
    finally:
        urllib.request.install_opener(before)


def test_a_request_goes_the_whole_way_encrypted(encrypted: Encrypted, ceres: dict[str, Any]) -> None:
    observer, moderator = sign_in(encrypted.url, "observer"), sign_in(encrypted.url, "moderator")
    row = {"designation": "Ceres", "observations": ceres["observations"]}
    number = _good(observer.post("/api/requests", row), 201).body["id"]
    _good(observer.put(f"/api/requests/{number}/form"))
    _good(moderator.put(f"/api/requests/{number}/complete"))

    def reported() -> Any:
        read = observer.get(f"/api/requests/{number}").body
        return read if read["verdict"] else None

    done = wait_for(reported, "the result over https", hint=encrypted.logs)
    assert done["verdict"] == "DETERMINED"

    def is_delivered() -> bool:  # noted when main_api's answer is there, so later than the result is shown
        calculation = _good(observer.get(f"/v1/calculations/{done['calculation_id']}")).body
        return bool(calculation["report"]["state"] == "DELIVERED")

    wait_for(is_delivered, "the report to be noted as delivered", hint=encrypted.logs)


def test_no_door_opens_without_encryption(encrypted: Encrypted) -> None:
    for setting in ("GATEWAY_PORT", "MAIN_PORT"):
        address = f"http://127.0.0.1:{encrypted.ports[setting]}/"
        with pytest.raises((urllib.error.URLError, ConnectionError, HTTPException)):
            urllib.request.urlopen(address, timeout=60)
    with grpc.insecure_channel(encrypted.calc_address) as channel:
        stub = calculation_service_pb2_grpc.CalculationServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.ListCalculations(calculation_service_pb2.ListCalculationsRequest(), timeout=60)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_certificate_of_another_authority_is_not_believed(encrypted: Encrypted) -> None:
    stranger = ssl.create_default_context()
    trustme.CA().configure_trust(stranger)
    with (
        socket.create_connection(("127.0.0.1", int(encrypted.ports["GATEWAY_PORT"])), timeout=60) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        stranger.wrap_socket(plain, server_hostname="localhost")


def test_old_versions_of_tls_are_refused(encrypted: Encrypted) -> None:
    for setting in ("GATEWAY_PORT", "MAIN_PORT", "CALC_PORT"):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with (
            socket.create_connection(("127.0.0.1", int(encrypted.ports[setting])), timeout=60) as plain,
            pytest.raises((ssl.SSLError, ConnectionError)),
        ):
            old.wrap_socket(plain)


def test_cookies_given_by_https_stay_there_and_browsers_are_told_to(encrypted: Encrypted) -> None:
    anonymous = Client(encrypted.url, {})
    answer = _good(anonymous.post("/api/auth/login", {"username": "observer", "password": PASSWORD}))
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def _good(answer: Answer, status: int = 200) -> Answer:
    assert answer.status == status, answer
    return answer
