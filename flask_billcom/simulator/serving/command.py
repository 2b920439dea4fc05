"""The command line of the simulator: serves it until it is told to stop.

python -m flask_billcom.simulator --port 8460
python -m flask_billcom.simulator --port 0 --port-file run/port --switch buyers_pay=true
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from flask_billcom.simulator.clock import DEFAULT_START
from flask_billcom.simulator.service import Simulator
from flask_billcom.simulator.settings import Settings

from .server import Server, serve

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

__all__ = ["main"]

_CREDENTIALS = ("user_name", "password", "dev_key", "org_id", "mfa_code", "org_name")


def parser(prog: str = "python -m flask_billcom.simulator") -> ArgumentParser:
    """Return the parser of the command line.

    :param prog: how the command is called.
    """
    found = ArgumentParser(
        prog=prog,
        description="A local Bill.com: API v2 at /api/v2, control side and page at /simulator/.",
        formatter_class=ArgumentDefaultsHelpFormatter,
    )
    defaults = Settings()
    found.add_argument("--host", default="127.0.0.1", help="interface to listen on")
    found.add_argument("--port", type=int, default=8460, help="port to listen on; 0 takes a free one")
    found.add_argument("--port-file", type=Path, help="file that receives the port once connections are accepted")
    found.add_argument(
        "--until-eof",
        action="store_true",
        help="end when standard input ends too: held open by whoever started it, it ends with him however he ends",
    )
    for name in _CREDENTIALS:
        says = Settings.__dataclass_fields__[name].metadata["says"]
        found.add_argument(f"--{name.replace('_', '-')}", default=getattr(defaults, name), help=says)
    found.add_argument(
        "--start-date", default=None, help=f"when the clock begins, ISO; {DEFAULT_START.isoformat()} if manual"
    )
    found.add_argument("--clock", default="manual", help="manual, real or factor=K")
    found.add_argument("--seed", type=int, default=1, help="makes ids and tokens")
    found.add_argument(
        "--latency-ms", type=float, default=0.0, help="an answer leaves this long after its request came"
    )
    found.add_argument("--buyers-pay", action="store_true", help="buyers pay their open invoices by themselves")
    found.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="set a switch; the value is JSON or a word"
    )
    found.add_argument("--certificate", type=Path, help="PEM file to speak HTTPS with; HTTP without it")
    found.add_argument("--key", type=Path, help="PEM file of the certificate's key, if it is not in the same file")
    found.add_argument("--threads", type=int, default=16, help="requests answered at once")
    return found


def _switches(given: Sequence[str]) -> dict[str, Any]:
    found = {}
    for each in given:
        name, _, value = each.partition("=")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def simulator_of(options: Namespace) -> Simulator:
    """Return the simulator that a command line asks for."""
    credentials = {name: getattr(options, name) for name in _CREDENTIALS}
    switches = {"latency_ms": options.latency_ms, "buyers_pay": options.buyers_pay, **_switches(options.switch)}
    simulator = Simulator(start=options.start_date, clock=options.clock, seed=options.seed, **credentials)
    simulator.switch(**switches)
    return simulator


def _tls(options: Namespace) -> ssl.SSLContext | None:
    if options.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    return context


def _twin(server: Server, simulator: Simulator, options: Namespace, tls: ssl.SSLContext | None) -> Server | None:
    """Serve the loopback of IPv6 as well: there are runtimes that take `localhost` for that alone."""
    if server.host != "127.0.0.1":
        return None
    try:
        return serve(simulator, host="::1", port=server.port, threads=options.threads, tls=tls).start()
    except OSError:  # there is no IPv6 here, or its port is somebody else's
        return None


def _write_port(path: Path, port: int) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(f"{port}\n")
    beside.replace(path)


def _stop_at_eof(server: Server) -> None:
    # Not by Python's own file: a thread that waits for that when the process ends keeps its lock, and crashes it.
    while os.read(sys.stdin.fileno(), 1):
        pass
    server.stop()


def main(arguments: Sequence[str] | None = None, *, prog: str = "python -m flask_billcom.simulator") -> int:
    """Serve a simulator; SIGTERM and Ctrl-C end it with 0.

    :param prog: how the command is called.
    """
    found = parser(prog)
    options = found.parse_args(arguments)
    try:
        simulator = simulator_of(options)
    except ValueError as error:
        found.error(str(error))
    try:
        tls = _tls(options)
    except OSError as error:
        found.error(f"--certificate: {error}")
    server = serve(simulator, host=options.host, port=options.port, threads=options.threads, tls=tls)
    twin = _twin(server, simulator, options, tls)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    signal.signal(signal.SIGINT, lambda *_: server.stop())
    if options.until_eof:
        Thread(target=_stop_at_eof, args=(server,), daemon=True).start()
    if options.port_file is not None:
        _write_port(options.port_file, server.port)
    _announce(simulator, options, server)
    server.run()
    if twin is not None:
        twin.stop()
    return 0


def _announce(simulator: Simulator, options: Namespace, server: Server) -> None:
    settings, base = simulator.settings, server.url
    lines = [
        f"Simulated Bill.com at {base}/api/v2, control side and page at {base}/simulator/",
        *(f"  {name:<10} {getattr(settings, name)}" for name in _CREDENTIALS),
        f"  {'clock':<10} {simulator.world.clock.mode}, {simulator.clock.now().isoformat()}",
        f"  {'seed':<10} {options.seed}",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201 - a command prints
