"""Try many sequences of acts.

    python -m tests.stories --sequences 10000

The exit code is that of the test, which shows the shortest sequence that it found wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    """Run the property so many times and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories", description=__doc__)
    parser.add_argument("--sequences", type=int, default=300)
    os.environ["BILLCOM_SEQUENCES"] = str(parser.parse_args().sequences)
    import pytest

    return int(pytest.main(["-q", "--timeout=0", str(Path(__file__).with_name("test_any_sequence.py"))]))


if __name__ == "__main__":
    sys.exit(main())
