"""The simulator speaks HTTPS, for clients that speak nothing else."""

from __future__ import annotations

import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flask_billcom.simulator.serving.command import main
from flask_billcom.simulator.serving.server import serve
from tests.simulator.caller import Caller


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate of the loopback address, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "local.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_a_client_signs_in_over_https(bill: Caller, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    known = bill.simulator.settings
    form = {"userName": known.user_name, "password": known.password, "orgId": known.org_id, "devKey": known.dev_key}
    with serve(bill.simulator, tls=context) as server:
        assert server.url.startswith("https://")
        for _ in range(2):
            reply = requests.post(f"{server.url}/api/v2/Login.json", data=form, verify=str(certificate), timeout=5)
        assert reply.json()["response_data"]["apiEndPoint"] == f"{server.url}/api/v2"


def test_who_speaks_plainly_to_it_is_hung_up_on(bill: Caller, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serve(bill.simulator, tls=context) as server, pytest.raises(requests.ConnectionError):
        requests.get(server.url.replace("https", "http"), timeout=5)


def test_faults_reach_the_socket_below(bill: Caller, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    bill.simulator.plan_fault("reset_before", "*")
    with serve(bill.simulator, tls=context) as server, pytest.raises(requests.ConnectionError):
        requests.post(f"{server.url}/api/v2/Login.json", verify=str(certificate), timeout=5)


def test_the_command_serves_https(certificate: Path, tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "flask_billcom.simulator", "--port", "0", "--port-file", str(port_file)]
    with subprocess.Popen([*command, "--certificate", str(certificate)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        base = line.split()[3].rstrip(",")
        assert base.startswith("https://")
        assert requests.get(f"{base}/Errors.json", verify=str(certificate), timeout=5).ok
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_a_certificate_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--certificate", str(tmp_path / "none.pem")])
    assert "--certificate" in capsys.readouterr().err
