"""Try many sequences of acts.

    python -m tests.stories --sequences 10000
    python -m tests.stories --sequences 300 --seed 7

Without a seed the sequences are other ones each time, and the seed is printed; with the same one they are the same. The
exit code is that of the test, which shows the shortest sequence that it found wrong.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path


def main() -> int:
    """Run the property so many times and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories", description=__doc__)
    parser.add_argument("--sequences", type=int, default=300)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    os.environ["BILLCOM_SEQUENCES"] = str(asked.sequences)
    os.environ["BILLCOM_SEQUENCES_SEED"] = str(asked.seed)
    import pytest

    print(f"stories: sequences={asked.sequences} seed={asked.seed}", flush=True)
    return int(pytest.main(["-q", str(Path(__file__).with_name("test_any_sequence.py"))]))


if __name__ == "__main__":
    sys.exit(main())
