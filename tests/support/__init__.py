"""What tests of the running program share: a recording upstream, child processes, raw frames."""
