"""telemetry/collector.py: where what is collected went, and why that failed."""

import pytest
import requests
from support.collector import Collector, running_collector
from support.links import closed_port

from openapi_mcp.telemetry.collector import Session


def test_nobody_there_is_told_with_the_address_and_the_systems_reason() -> None:
    """An operator's finding: neither address nor reason was said. A password and a query are never."""
    session, port = Session(), closed_port()
    session.trust_env = False
    with pytest.raises(requests.ConnectionError):
        session.post(f"http://me:hush@127.0.0.1:{port}/v1/traces?key=hush", data=b"")
    assert session.trouble == f"http://127.0.0.1:{port}/v1/traces: Connection refused"


def test_an_answer_that_refuses_is_told_by_its_status_and_one_that_takes_it_is_no_trouble() -> None:
    """A wrong path is a 404 of whoever listens there."""
    collector: Collector
    with running_collector() as collector:
        session, collector.status = Session(), 404
        session.trust_env = False
        where = f"{collector.environment['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces"
        session.post(where, data=b"")
        assert session.trouble == f"{where}: it answers 404"
        collector.status = 200
        session.post(where, data=b"")
        assert session.trouble == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.exceptions.SSLError("x"), "its certificate is not one that is believed here, or it speaks no TLS"),
        (requests.ReadTimeout("x"), "no answer in time"),
        (requests.exceptions.ChunkedEncodingError("x"), "no connection"),
    ],
)
def test_other_faults_are_told_in_our_words(
    monkeypatch: pytest.MonkeyPatch, error: requests.RequestException, said: str
) -> None:
    """What a library says of them repeats whole URLs."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(requests.Session, "send", fail)
    session = Session()
    with pytest.raises(requests.RequestException):
        session.post("http://127.0.0.1:1/v1/logs", data=b"")
    assert session.trouble == f"http://127.0.0.1:1/v1/logs: {said}"
