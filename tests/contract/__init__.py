"""What API v2 does as a client sees it, one case each.

The suite runs in process and over HTTP against the local Bill.com, and with `pytest tests/contract --billcom-live`
against a sandbox organization of the real one. What differs there is a finding: it fails, it is not skipped.
"""
