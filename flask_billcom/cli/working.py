"""Commands that run: the worker, one tick, and a local Bill.com to try them with."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click
from flask import current_app

from . import shell

if TYPE_CHECKING:
    from flask_billcom.engine.worker import TickReport


@click.command
@shell.as_json
@shell.in_app
def tick(*, as_json: bool) -> None:
    """Do one round of everything that is due, for cron; ends with 1 if it stopped early."""
    report = shell.billcom().tick()
    if as_json:
        shell.show_json(report)
    else:
        _show(report)
    if report.stopped is not None or report.failed:
        shell.fail(f"the round ended early: {report.stopped or _failed(report)}; the next one goes on")


@click.command
@click.option("--once", is_flag=True, help="End when a round finds nothing more to do.")
@click.option("--threads", type=click.IntRange(1, 8), default=1, show_default=True, help="Rounds at the same time.")
@shell.in_app
def worker(*, once: bool, threads: int) -> None:
    """Do what is due until it is told to stop; SIGTERM and Ctrl-C let the round under way end.

    Several workers may run at once, on one machine or many.
    """
    from flask_billcom.engine.runners import ThreadRunner

    app, billcom = current_app._get_current_object(), shell.billcom()._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the proxies' own way
    if once:
        _work_off(billcom)
        return

    def work() -> bool:
        with app.app_context():
            return bool(billcom.tick().moved)

    runners = [ThreadRunner(work) for _ in range(threads)]
    billcom.status()  # what keeps every round from working is said now, and not every five seconds
    with _told_to_stop(runners):
        shell.say(f"working with {threads} {'thread' if threads == 1 else 'threads'}; Ctrl-C ends it after its round")
        for runner in runners[1:]:
            runner.start()
        runners[0].run()
        for runner in runners[1:]:
            runner.stop()
    shell.say("stopped; nothing is under way")


def _work_off(billcom: Any) -> None:  # noqa: ANN401 - a Billcom
    while True:
        report = billcom.tick()
        _show(report)
        if report.stopped is not None or report.failed:
            shell.fail(f"the round ended early: {report.stopped or _failed(report)}; the next one goes on")
        if not report.moved:
            return


@contextmanager
def _told_to_stop(runners: Sequence[Any]) -> Iterator[None]:
    """Stop runners at the first signal; a second one ends the process at once, which the rows survive."""
    before: dict[signal.Signals, Any] = {}

    def stop(_number: int, _frame: FrameType | None) -> None:
        shell.say("finishing the round under way")
        for number, handler in before.items():
            signal.signal(number, handler)
        for runner in runners:
            runner.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(report: TickReport) -> None:
    sent = [f"{kind}: {_batches(count)}" for kind, count in report.batches.items()]
    checked = [f"{kind} looked up: {_batches(count)}" for kind, count in report.checked.items()]
    brought = [f"{what}: {count}" for what, count in report.brought.items()]
    did = ", ".join([*sent, *checked])
    if not did and report.stopped is None:
        did = "nothing to send or look up"
    reason = shell.billcom().payouts_wait_for() if report.stopped is None else None
    waits = [] if reason is None else [f"payouts wait: {reason}"]
    said = "; ".join(part for part in (did, ", ".join(brought), *waits) if part)
    if said:
        click.echo(said)


def _batches(count: int) -> str:
    return "1 batch" if count == 1 else f"{count} batches"


def _failed(report: TickReport) -> str:
    return "; ".join(f"{step}: {error}" for step, error in report.failed.items())


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def simulator(ctx: click.Context, *, arguments: Sequence[str]) -> None:
    """Serve a local Bill.com; --help shows its options."""
    from flask_billcom.simulator.serving.command import main

    ctx.exit(main(list(arguments), prog="flask billcom simulator"))
