"""What is told of a run: how often each thing happened, and what never did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.machine.calls import CALLS
from tests.machine.days import FAULTS
from tests.machine.machine import Machine
from tests.machine.trouble import HAPPENINGS

ENOUGH = 100
"""With so many sequences everything must have happened."""
SORTS = ("rule", "trouble", "fault", "done", "refused")
NAMES = {
    *(f"rule {rule.function.__name__}" for rule in Machine.setup_state().rules),
    *(f"trouble {name}" for name in HAPPENINGS),
    *(f"fault {name}" for name in FAULTS),
}
"""What must have happened. A rule acts, a trouble comes at its moment, and a fault hits a call."""


def missing(counted: Counter[str], *, wanted: int) -> Iterator[str]:
    """Yield what a run owes in which nothing was found.

    :param wanted: how many sequences it was to play.
    """
    if counted["sequences"] < wanted:
        yield f"only {counted['sequences']} of {wanted} sequences were played"
    if wanted >= ENOUGH:
        yield from (f"never happened: {name}" for name in sorted(NAMES) if not counted[name])
        made = {name for name in CALLS if counted[f"done {name}"] or counted[f"refused {name}"]}
        yield from (f"never made: {name}" for name in sorted(CALLS - made))


def lines(counted: Counter[str]) -> Iterator[str]:
    """Yield a line for each sort of things that happened, the seldom ones first."""
    for sort in SORTS:
        found = {name.removeprefix(f"{sort} "): count for name, count in counted.items() if name.startswith(f"{sort} ")}
        yield f"{sort}: " + ", ".join(f"{name} {found[name]}" for name in sorted(found, key=lambda n: (found[n], n)))


def summed(counted: Counter[str], found: int, seconds: float) -> str:
    """Return the last line."""

    def of(start: str) -> int:
        return sum(count for name, count in counted.items() if name.startswith(start))

    return (
        f"machine: sequences={counted['sequences']} steps={counted['steps']} done={of('done ')} "
        f"refused={of('refused ')} ticks={counted['ticks']} cut={counted['cut']} troubles={of('trouble ')} "
        f"faults={of('fault ')} restored={counted['restored']} seconds={seconds:.0f} found={found}"
    )
