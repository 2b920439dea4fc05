"""Worker processes that are killed and stopped for real, beside a simulator of its own process.

processes  the suite
works      a stage whose rounds are done by processes
workers    those processes, as the suite holds them
hand       one of them
beside     the simulator as another process shows it
"""
