"""Print the coverage table; exit code 1 when anything was found amiss.

python -m flask_billcom.simulator.coverage [--all | --json]
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser

from flask_billcom.simulator.coverage.report import as_json, as_text, measured


def main() -> int:
    """Look at everything and print what was found."""
    parser = ArgumentParser(prog="python -m flask_billcom.simulator.coverage", description=__doc__)
    parser.add_argument("--all", action="store_true", help="print a line for everything that was looked at")
    parser.add_argument("--json", action="store_true", help="print the whole table as JSON")
    options = parser.parse_args()
    found = measured()
    try:
        print(json.dumps(as_json(found), indent=1) if options.json else as_text(found, every_line=options.all))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough; what is left goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if any(line.amiss for line in found) else 0


if __name__ == "__main__":
    sys.exit(main())
