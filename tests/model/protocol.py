"""The protocol in small: one payment, perhaps a refund, a slow server, and everything that can happen between them.

    planned --claim--> claimed --write--> waiting --reply--> done
                          |                  |--error-----> answered --absent--> planned, rejected
                          `--crash, freeze---`--silence---> silent --fence--> fenced --absent--> planned, set aside

A state holds no clock: a packet knows how long it may still take to land, a landed effect how long lists will still
hide it, a doubt how long absence may not be believed yet. So states that differ only in their date are one state, the
space is finite without a horizon, and a search through all of it is a proof for this small world.

What must never be reached: the same effect twice (DOUBLE), the payment and its refund both (LOSS), an end in which a
payment was neither made nor left to a person (STUCK).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

FINAL, EARLY = "final", "early"
PLANNED, CLAIMED, WAITING, DONE = "planned", "claimed", "waiting", "done"
SILENT, FENCED, ANSWERED = "silent", "fenced", "answered"
REJECTED, SET_ASIDE = "rejected", "set aside"
DOUBTFUL = frozenset({SILENT, FENCED, ANSWERED})
ENDS = frozenset({DONE, REJECTED, SET_ASIDE})

LANE_FREE = frozenset({PLANNED, REJECTED})
"""Where the other effect on the bill may stand when one of them starts, if quarantine keeps the lane."""


@dataclass(frozen=True, slots=True)
class World:
    """What the server and the workers may do; times in ticks.

    :param landing: a written request lands within this time, or never.
    :param lag: what has landed shows in lists after this time.
    :param enforced: the server refuses a second effect under the same key.
    :param freezing: a worker may stop just before its write and write much later.
    :param refund: there is a second effect, which takes the sale back.
    :param errors: errors of doubtful effect: none, `final` (the work is over) or `early` (it may go on).
    """

    landing: int = 2
    lag: int = 0
    enforced: bool = False
    freezing: bool = False
    refund: bool = False
    errors: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an engine does; times in ticks.

    :param grace: how long after a silence, or after the fence, absence is not believed.
    :param doubt: the same after an error.
    :param looks: whether it looks before it sends again.
    :param resends: whether it ever sends again by itself after a silence.
    :param fences: whether it first makes sure that no frozen worker can write any more.
    :param lane: where the other effect may stand when this one starts.
    :param silences: attempts without an answer.
    :param errors: attempts that are answered by an error.
    """

    grace: int = 0
    doubt: int = 0
    looks: bool = True
    resends: bool = True
    fences: bool = False
    lane: frozenset[str] = LANE_FREE
    silences: int = 2
    errors: int = 3


class Effect(NamedTuple):
    """One wanted effect.

    :param left: how long absence may not be believed yet.
    """

    stage: str = PLANNED
    attempt: int = 0
    silences: int = 0
    errors: int = 0
    left: int = 0


class Packet(NamedTuple):
    """A request on its way; `left` is the longest that it may still take."""

    effect: int
    attempt: int
    left: int


class Landed(NamedTuple):
    """An effect at the server; `hidden` is how long lists will not show it yet."""

    effect: int
    hidden: int


class State(NamedTuple):
    """Everything that matters for what may happen next."""

    effects: tuple[Effect, ...]
    packets: tuple[Packet, ...] = ()
    frozen: tuple[tuple[int, int], ...] = ()
    landed: tuple[Landed, ...] = ()


Move = tuple[str, State]


class Explorer:
    """Every way that one world and one engine can go."""

    def __init__(self, world: World, rules: Rules) -> None:
        self.world = world
        self.rules = rules

    def start(self) -> State:
        """Return the state in which everything is planned."""
        return State((Effect(),) * (2 if self.world.refund else 1))

    def moves(self, state: State) -> Iterator[Move]:
        """Yield what may happen next."""
        if all(packet.left > 0 for packet in state.packets):
            yield "tick", _later(state)
        for packet in state.packets:
            yield from self._server(state, packet)
        for worker in state.frozen:
            rest = _without(state.frozen, worker)
            yield "frozen worker writes", self._written(state._replace(frozen=rest), *worker)
        for number, effect in enumerate(state.effects):
            yield from self._engine(state, number, effect)

    # -- the server ------------------------------------------------------------------------------------------------

    def _server(self, state: State, packet: Packet) -> Iterator[Move]:
        gone = state._replace(packets=_without(state.packets, packet))
        done = self._land(gone, packet.effect)
        yield "lands", done
        yield "is lost", gone
        effect = state.effects[packet.effect]
        if (effect.stage, effect.attempt) != (WAITING, packet.attempt):
            return
        yield "lands, reply", _become(done, packet.effect, effect._replace(stage=DONE, left=0))
        if self.world.errors:
            yield "lands, error", self._doubt(done, packet.effect, effect)
            yield "refused, error", self._doubt(gone, packet.effect, effect)
        if self.world.errors == EARLY:
            yield "error, still at work", self._doubt(state, packet.effect, effect)

    def _land(self, state: State, number: int) -> State:
        if self.world.enforced and any(landed.effect == number for landed in state.landed):
            return state
        return state._replace(landed=tuple(sorted((*state.landed, Landed(number, self.world.lag)))))

    def _doubt(self, state: State, number: int, effect: Effect) -> State:
        return _become(state, number, effect._replace(stage=ANSWERED, errors=effect.errors + 1, left=self.rules.doubt))

    # -- the engine ------------------------------------------------------------------------------------------------

    def _engine(self, state: State, number: int, effect: Effect) -> Iterator[Move]:
        name = ("pay", "refund")[number]
        if effect.stage == PLANNED:
            if self._may_start(state, number):
                claimed = effect._replace(stage=CLAIMED, attempt=effect.attempt + 1)
                yield name, _become(state, number, claimed)
        elif effect.stage == CLAIMED:
            yield from self._sending(state, number, effect)
        elif effect.stage == WAITING:
            yield f"{name}: silence", self._silence(state, number, effect)
        elif effect.stage in DOUBTFUL:
            yield from self._checking(state, number, effect, name)

    def _may_start(self, state: State, number: int) -> bool:
        return all(
            other.stage in self.rules.lane and not _is_seen(state, place)
            for place, other in enumerate(state.effects)
            if place != number
        )

    def _sending(self, state: State, number: int, effect: Effect) -> Iterator[Move]:
        waiting = _become(state, number, effect._replace(stage=WAITING))
        yield "write", self._written(waiting, number, effect.attempt)
        crashed = self._silence(state, number, effect)
        yield "crash", crashed
        if self.world.freezing:
            yield "freeze", crashed._replace(frozen=tuple(sorted((*state.frozen, (number, effect.attempt)))))

    def _written(self, state: State, number: int, attempt: int) -> State:
        packet = Packet(number, attempt, self.world.landing)
        return state._replace(packets=tuple(sorted((*state.packets, packet))))

    def _silence(self, state: State, number: int, effect: Effect) -> State:
        silent = effect._replace(stage=SILENT, silences=effect.silences + 1, left=self.rules.grace)
        return _become(state, number, silent)

    def _checking(self, state: State, number: int, effect: Effect, name: str) -> Iterator[Move]:
        rules = self.rules
        if not rules.looks:
            yield f"{name}: sent again blindly", self._again(state, number, effect)
        elif _is_seen(state, number):
            yield f"{name}: found", _become(state, number, effect._replace(stage=DONE, left=0))
        elif effect.stage == SILENT and rules.fences:
            if not any(each.stage in {CLAIMED, WAITING} for each in state.effects):
                fenced = effect._replace(stage=FENCED, left=rules.grace)
                yield "fence", _become(state._replace(frozen=()), number, fenced)
        elif effect.left == 0:
            yield f"{name}: absent", self._again(state, number, effect)

    def _again(self, state: State, number: int, effect: Effect) -> State:
        if effect.stage == ANSWERED:
            stage = PLANNED if effect.errors < self.rules.errors else REJECTED
        else:
            stage = PLANNED if self.rules.resends and effect.silences < self.rules.silences else SET_ASIDE
        return _become(state, number, effect._replace(stage=stage, left=0))


class Verdict(NamedTuple):
    """What a search found.

    :param word: safe, DOUBLE, LOSS or STUCK.
    :param states: how many different states were reached.
    :param trace: the shortest way to what must not be.
    """

    word: str
    states: int
    trace: str


def explore(world: World, rules: Rules) -> Verdict:
    """Search everything that can happen, nearest first, so that a trace is the shortest."""
    explorer = Explorer(world, rules)
    first = explorer.start()
    before: dict[State, tuple[State, str] | None] = {first: None}
    queue = deque([first])
    while queue:
        state = queue.popleft()
        word = _wrong(state)
        following = list(explorer.moves(state))
        if word is None and all(name == "tick" and after == state for name, after in following):
            word = _unfinished(state)
        if word is not None:
            return Verdict(word, len(before), _trace(before, state))
        for name, after in following:
            if after not in before:
                before[after] = (state, name)
                queue.append(after)
    return Verdict("safe", len(before), "")


def _wrong(state: State) -> str | None:
    numbers = [landed.effect for landed in state.landed]
    if len(numbers) > len(set(numbers)):
        return "DOUBLE"
    return "LOSS" if len(numbers) > 1 else None


def _unfinished(state: State) -> str | None:
    """Return STUCK where nothing will happen any more, and the payment was neither made, refused nor set aside."""
    payment = state.effects[0]
    made = any(landed.effect == 0 for landed in state.landed)
    waits_for_refund = payment.stage == PLANNED and len(state.effects) > 1
    if payment.stage not in ENDS and not waits_for_refund:
        return "STUCK"
    return "STUCK" if payment.stage == DONE and not made else None


def _trace(before: dict[State, tuple[State, str] | None], state: State) -> str:
    names = []
    while (step := before[state]) is not None:
        state, name = step
        names.append(name)
    return " > ".join(reversed(names))


def _later(state: State) -> State:
    return State(
        tuple(each._replace(left=max(0, each.left - 1)) for each in state.effects),
        tuple(each._replace(left=each.left - 1) for each in state.packets),
        state.frozen,
        tuple(sorted(each._replace(hidden=max(0, each.hidden - 1)) for each in state.landed)),
    )


def _is_seen(state: State, number: int) -> bool:
    return any(landed.effect == number and landed.hidden == 0 for landed in state.landed)


def _become(state: State, number: int, effect: Effect) -> State:
    effects = (*state.effects[:number], effect, *state.effects[number + 1 :])
    return state._replace(effects=effects)


def _without(items: tuple, item: object) -> tuple:  # type: ignore[type-arg]  # of packets or of workers
    place = items.index(item)
    return (*items[:place], *items[place + 1 :])
