"""Ways to run the engine with other tools."""
