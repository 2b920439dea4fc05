"""`python -m flask_billcom.simulator`: the local Bill.com over HTTP."""

from __future__ import annotations

from flask_billcom.simulator.serving.command import main

if __name__ == "__main__":
    raise SystemExit(main())
