"""Processes share tellings, and nobody notices but the clock."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.crash.sharing import troupe as troupes
from tests.crash.sharing.troupe import troupe


@contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """Hold a file for as long as the process plays."""
    own = folder / str(os.getpid())
    own.touch()
    yield own
    own.unlink()


def square(own: Path, number: int) -> int:
    assert own.name == str(os.getpid())
    with own.open("a") as played:
        played.write(f"{number}\n")
    return number * number


def refuse(own: Path, number: int) -> int:
    raise ValueError(f"{own.name} {number}")


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_each_telling_is_played_once_and_its_end_comes_in_its_place(jobs: int, tmp_path: Path) -> None:
    with troupe(jobs, partial(opened, tmp_path)) as players:
        ends = [players.play(range(count), square) for count in (20, 0, 7)]
        played = [int(line) for own in tmp_path.iterdir() for line in own.read_text().split()]

    assert ends == [[number * number for number in range(count)] for count in (20, 0, 7)]
    assert sorted(played) == sorted([*range(20), *range(7)])


def test_every_process_lets_go_of_what_it_holds(tmp_path: Path) -> None:
    with troupe(2, partial(opened, tmp_path)) as players:
        players.play(range(4), square)
        assert len(list(tmp_path.iterdir())) == 2

    assert not list(tmp_path.iterdir())


def test_what_goes_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0"), troupe(2, partial(opened, tmp_path)) as players:
        players.play(range(1), refuse)


def test_what_breaks_elsewhere_is_said_at_once_and_nothing_else_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = multiprocessing.Value("i", 0)
    monkeypatch.setattr(troupes, "_own", [troupes.Own(tmp_path, taken)])

    with pytest.raises(ValueError, match="0"):
        troupes._play_there(range(5), refuse)

    assert "BROKEN Traceback" in capsys.readouterr().err
    assert troupes._play_there(range(5), refuse) == {}
