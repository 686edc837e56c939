"""What `./cabine` runs: set-up, the demo and its supervisor, the simulator, tests, measurements."""
