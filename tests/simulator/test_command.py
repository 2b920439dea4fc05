from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from flask_billcom.simulator import Simulator
from flask_billcom.simulator.clock import Clock
from flask_billcom.simulator.serving.command import parser

COMMAND = [sys.executable, "-m", "flask_billcom.simulator"]


@contextmanager
def running(tmp_path: Path, *options: Any) -> Any:
    port_file = tmp_path / "port"
    command = [*COMMAND, "--port", "0", "--port-file", str(port_file), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    announced = process.stdout.readline()
    assert "/api/v2" in announced, announced
    try:
        yield process, f"http://127.0.0.1:{int(port_file.read_text())}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    options = ["--user-name", "u", "--password", "p", "--dev-key", "k", "--start-date", "2031-01-02"]
    with running(tmp_path, *options, "--switch", "buyers_pay=true") as (process, url):
        assert (tmp_path / "port").read_text().endswith("\n")
        form = {"userName": "u", "password": "p", "devKey": "k", "orgId": "00801SIMULATORORG1a1"}
        reply = requests.post(f"{url}/api/v2/Login.json", data=form, timeout=5)
        assert reply.json()["response_data"]["apiEndPoint"] == f"{url}/api/v2"
        assert requests.get(f"{url}/simulator/clock", timeout=5).json()["now"] == "2031-01-02T00:00:00+00:00"
        assert requests.get(f"{url}/simulator/switches", timeout=5).json()["buyers_pay"] is True
        process.terminate()
        assert process.stdout is not None
        output = process.stdout.read()
        process.wait(10)
    assert process.returncode == 0
    assert "password   p" in output


def test_help_prints_the_defaults() -> None:
    text = parser().format_help()
    for default in ("simulator-password", "01SIMULATORDEVKEY001", "00801SIMULATORORG1a1", "246810", "manual", "8460"):
        assert default in text


def test_a_wrong_option_is_named() -> None:
    found = subprocess.run([*COMMAND, "--clock", "sundial"], capture_output=True, text=True, timeout=20, check=False)
    assert found.returncode == 2
    assert "clock is manual, real or factor=K" in found.stderr


def test_it_runs_where_flask_and_sqlalchemy_do_not(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('flask', 'sqlalchemy', 'flask_sqlalchemy', 'werkzeug'): sys.modules[name] = None\n"
        "from flask_billcom.simulator import Simulator, WSGIAdapter\n"
        "from flask_billcom.simulator.serving.command import main\n"
        "simulator = Simulator()\n"
        "simulator.clock.advance(business_days=3)\n"
        "own = [name for name in sys.modules if name.startswith('flask_billcom.')]\n"
        "assert all(name.startswith('flask_billcom.simulator') for name in own), own\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30, cwd=tmp_path)


@pytest.mark.parametrize("mode", ["real", "factor=1000"])
def test_other_clocks_run_by_themselves(mode: Any) -> None:
    simulator = Simulator(clock=mode, start="2031-01-02")
    before = simulator.clock.now()
    while simulator.clock.now() == before:
        pass
    assert simulator.clock.advance(seconds=60) > before


def test_a_clock_says_what_it_takes() -> None:
    with pytest.raises(ValueError, match="manual, real or factor=K"):
        Clock("factor=0")


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_it_answers_at_both_loopbacks(tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        for address in (url, url.replace("127.0.0.1", "[::1]")):
            reply = requests.post(f"{address}/api/v2/Errors.json", timeout=5)
            assert reply.json()["response_status"] == 0
        process.terminate()
        process.wait(10)
    assert process.returncode == 0


def test_it_serves_until_its_input_ends_where_it_is_told_so(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = [*COMMAND, "--port", "0", "--port-file", str(port_file), "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "/api/v2" in process.stdout.readline()
        process.stdin.write("what is said is not listened to")
        process.stdin.flush()
        url = f"http://127.0.0.1:{int(port_file.read_text())}"
        assert requests.get(f"{url}/simulator/clock", timeout=5).status_code == 200
        process.stdin.close()
        assert process.wait(20) == 0
