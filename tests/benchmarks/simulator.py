"""How fast and how large the simulator is: python -m tests.benchmarks.simulator [--bills N] [--only NAME].

    mix      raw requests, a third each Create Bill with two lines, Read, List of 20; validation and journal on
    bulk     one Bulk create of 100 bills with two lines each
    memory   resident memory per bill with its two lines
    page     a page of 999 by an indexed filter out of few and out of many bills

Every speed stands beside a baseline of the same run: the same requests to an application that answers a fixed text,
over the same transport. What a machine or its load does to one, it does to the other; the ratio is what to compare.
Times are processor time of all processes involved where that can be had, else of the clock on the wall.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from flask_billcom.simulator import Simulator, WSGIAdapter

FIXED = json.dumps({"response_status": 0, "response_message": "Success", "response_data": {}}).encode()
PARTY_SIZE = 1000
BULK = 100
SETTINGS: dict[str, Any] = {"hourly_cap": None, "login_cap": None}
_BASELINE_PROGRAM = """
import sys
from pathlib import Path
from flask_billcom.simulator.serving.server import serve
from tests.benchmarks.simulator import fixed
server = serve(fixed)
Path(sys.argv[1]).write_text(f"{server.port}\\n")
print("ready", flush=True)
server.run()
"""


def fixed(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer every request by the same text."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(FIXED)))])
    return [FIXED]


class Client:
    """Plain requests, as a script would send them."""

    def __init__(self, base: str, adapter: WSGIAdapter | None = None) -> None:
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False
        if adapter is not None:
            self.http.mount("https://", adapter)
        self.form = {"devKey": "01SIMULATORDEVKEY001", "sessionId": ""}

    def sign_in(self) -> None:
        """Open a session."""
        form = {"userName": "operator@example.test", "password": "simulator-password", "orgId": "00801SIMULATORORG1a1"}
        self.form["sessionId"] = self._answer("Login", form)["sessionId"]

    def __call__(self, path: str, data: object) -> Any:
        """Call, and return what is answered."""
        return self._answer(path, {"data": json.dumps(data)})

    def _answer(self, path: str, fields: dict[str, str]) -> Any:
        reply = self.http.post(f"{self.base}/{path}.json", data={**self.form, **fields}, timeout=60).json()
        if reply["response_status"]:
            raise SystemExit(f"{path}: {reply['response_data']}")
        return reply["response_data"]


def two_line_bill(vendor: str, number: int) -> dict[str, Any]:
    """Return the data of a Create."""
    lines = [{"entity": "BillLineItem", "amount": 12.5}, {"entity": "BillLineItem", "amount": 7.25, "description": "b"}]
    dated = {"invoiceNumber": f"B-{number}", "invoiceDate": "2026-03-02", "dueDate": "2026-03-31"}
    return {"obj": {"entity": "Bill", "vendorId": vendor, **dated, "billLineItems": lines}}


def vendor_of(client: Client, name: str = "V") -> str:
    """Create a vendor, and return its id."""
    return str(client("Crud/Create/Vendor", {"obj": {"entity": "Vendor", "name": name}})["id"])


def mix(client: Client, vendor: str, calls: int) -> None:
    """Make calls of the three kinds in turn."""
    bill = client("Crud/Create/Bill", two_line_bill(vendor, -1)).get("id", "")
    for number in range(calls // 3):
        client("Crud/Create/Bill", two_line_bill(vendor, number))
        client("Crud/Read/Bill", {"id": bill})
        client("List/Bill", {"start": 0, "max": 20})


def _processor(pid: int) -> float:
    """Return the seconds of processor time that another process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(act: Callable[[], object], pid: int = 0) -> tuple[float, float]:
    """Return the wall and the processor seconds of an act, another process's included."""
    before = _processor(pid) if pid else 0.0
    wall, processor = time.perf_counter(), time.process_time()
    act()
    spent = time.process_time() - processor + (_processor(pid) - before if pid else 0.0)
    return time.perf_counter() - wall, spent


def _compared(name: str, calls: int, ours: tuple[float, float], base: tuple[float, float], aim: int) -> dict[str, Any]:
    return {
        f"{name}_calls_per_s": round(calls / ours[0]),
        f"{name}_at_least": aim,
        f"{name}_baseline_calls_per_s": round(calls / base[0]),
        f"{name}_calls_per_processor_s": round(calls / ours[1]),
        f"{name}_processor_ms_per_call": round(ours[1] / calls * 1000, 3),
        f"{name}_baseline_processor_ms_per_call": round(base[1] / calls * 1000, 3),
        f"{name}_ratio_of_processor_time": round(ours[1] / base[1], 2),
    }


def mix_in_process(calls: int = 6000) -> dict[str, Any]:
    """Measure the mix through an adapter."""
    plain = Client("https://x.test/api/v2", WSGIAdapter(fixed))
    base = timed(lambda: mix(plain, "", calls))
    client = Client("https://x.test/api/v2", WSGIAdapter(Simulator(**SETTINGS)))
    client.sign_in()
    vendor = vendor_of(client)
    mix(client, vendor, 300)
    return _compared("in_process", calls, timed(lambda: mix(client, vendor, calls)), base, 1000)


@contextmanager
def _program(*command: str) -> Iterator[tuple[str, int]]:
    """Run a program that writes its port to the file named last, and then a line; yield its address and process id."""
    with TemporaryDirectory() as folder:
        port = Path(folder, "port")
        with subprocess.Popen([sys.executable, *command, str(port)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                if not process.stdout.readline():
                    raise SystemExit("the server did not start")
                yield f"http://127.0.0.1:{port.read_text().strip()}/api/v2", process.pid
            finally:
                process.terminate()


def mix_over_http(calls: int = 4500) -> dict[str, Any]:
    """Measure the mix over a socket, one client thread, the server in a process of its own."""
    with _program("-c", _BASELINE_PROGRAM) as (base_url, pid):
        plain = Client(base_url)
        mix(plain, "", 300)
        base = timed(lambda: mix(plain, "", calls), pid)
    switches = [part for name in SETTINGS for part in ("--switch", f"{name}=null")]
    with _program("-m", "flask_billcom.simulator", "--port", "0", *switches, "--port-file") as (base_url, pid):
        client = Client(base_url)
        client.sign_in()
        vendor = vendor_of(client)
        mix(client, vendor, 300)
        ours = timed(lambda: mix(client, vendor, calls), pid)
    return _compared("http", calls, ours, base, 500)


def bulk_create(rounds: int = 30) -> dict[str, Any]:
    """Measure Bulk creates of 100 bills, request and answer included."""
    client = Client("https://x.test/api/v2", WSGIAdapter(Simulator(**SETTINGS)))
    client.sign_in()
    vendor = vendor_of(client)
    data = [{"bulk": [two_line_bill(vendor, turn * BULK + each) for each in range(BULK)]} for turn in range(rounds)]
    spent = [timed(lambda: client("Bulk/Crud/Create/Bill", each))[1] * 1000 for each in data]  # noqa: B023 - at once
    plain = Client("https://x.test/api/v2", WSGIAdapter(fixed))
    base = [timed(lambda: plain("Bulk/Crud/Create/Bill", each))[1] * 1000 for each in data]  # noqa: B023 - at once
    return {
        "bulk_of_100_ms": round(statistics.median(spent), 1),
        "bulk_of_100_ms_best": round(min(spent), 1),
        "bulk_of_100_below": 25,
        "bulk_baseline_ms": round(statistics.median(base), 1),
    }


def fill(client: Client, bills: int) -> str:
    """Create bills in bulk, a thousand to a vendor; return the id of one vendor in the middle."""
    middle = ""
    for first in range(0, bills, PARTY_SIZE):
        vendor = vendor_of(client, f"V{first}")
        if not middle and first >= bills // 2:
            middle = vendor
        for begin in range(first, first + PARTY_SIZE, BULK):
            client("Bulk/Crud/Create/Bill", {"bulk": [two_line_bill(vendor, begin + each) for each in range(BULK)]})
    return middle


def _filled(bills: int) -> tuple[Client, str, float]:
    """Return a client of a simulator that holds bills, a vendor, and the bytes of resident memory per bill."""
    client = Client("https://x.test/api/v2", WSGIAdapter(Simulator(**SETTINGS)))
    client.sign_in()
    fill(client, PARTY_SIZE)
    gc.collect()
    before = _resident()
    vendor = fill(client, bills)
    gc.collect()
    return client, vendor, (_resident() - before) / bills


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def memory(bills: int = 100_000) -> dict[str, Any]:
    """Measure the resident memory per bill; run it before anything else of the same process."""
    _, _, size = _filled(bills)
    return {"bills_in_memory": bills, "bytes_per_bill": round(size), "bytes_per_bill_at_most": 4096}


def _page(client: Client, vendor: str, rounds: int = 60) -> dict[str, float]:
    """Return the processor milliseconds of a page by an indexed filter, in three orders."""
    wanted = {"start": 0, "max": 999, "filters": [{"field": "vendorId", "op": "=", "value": vendor}]}
    asked = {
        "plain": wanted,
        "newest_first": {**wanted, "sort": [{"field": "createdTime", "asc": False}]},
        "by_due_date": {**wanted, "sort": [{"field": "dueDate", "asc": True}]},
    }
    found = {}
    for name, query in asked.items():
        assert len(client("List/Bill", query)) == 999
        found[name] = statistics.median(timed(lambda: client("List/Bill", query))[1] * 1000 for _ in range(rounds))  # noqa: B023 - at once
    return found


def page(bills: int = 1_000_000, few: int = 10_000) -> dict[str, Any]:
    """Measure a page of 999 out of few and out of many bills."""
    small_client, small_vendor, _ = _filled(few)
    small = _page(small_client, small_vendor)
    started = time.perf_counter()
    client, vendor, size = _filled(bills)
    took = time.perf_counter() - started
    small_again = _page(small_client, small_vendor)
    large = _page(client, vendor)
    base = {name: (small[name] + small_again[name]) / 2 for name in small}
    return {
        "page_of_999_out_of": [few, bills],
        **{f"page_{name}_ms": [round(base[name], 2), round(large[name], 2)] for name in base},
        **{f"page_{name}_ratio": round(large[name] / base[name], 2) for name in base},
        "page_ratio_at_most": 1.3,
        "filling_s": round(took),
        "filling_bytes_per_bill": round(size),
    }


def main() -> int:
    """Measure what was asked for, print it, and keep it."""
    parser = ArgumentParser(prog="python -m tests.benchmarks.simulator", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--bills", type=int, default=1_000_000, help="bills of the large books; a million takes minutes"
    )
    parser.add_argument("--only", action="append", choices=["mix", "bulk", "memory", "page"], help="measure only this")
    parser.add_argument("--out", type=Path, help="file that receives the figures as JSON")
    options = parser.parse_args()
    acts: dict[str, Callable[[], dict[str, Any]]] = {
        "memory": memory,
        "mix": lambda: {**mix_in_process(), **mix_over_http()},
        "bulk": bulk_create,
        "page": lambda: page(options.bills),
    }
    found: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    for name, act in acts.items():
        if options.only is None or name in options.only:
            found.update(act())
            gc.collect()
    found["load_after"] = os.getloadavg()[0]
    for name, value in found.items():
        sys.stdout.write(f"{name:42} {value}\n")
    if options.out is not None:
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
