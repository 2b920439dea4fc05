"""What the suites share: databases, programs, the browser, the simulator, the documentation's examples."""
