"""What stands beside the endpoint at its port, and where."""

ALIVE = "/healthz"
READY = "/readyz"
METRICS = "/metrics"
DASHBOARD = "/dashboard"
PLAIN = (ALIVE, READY, METRICS)
