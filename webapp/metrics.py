"""Figures for Prometheus: how fast, how much, how many rejected. No query and no slug in them.

prometheus-client decides how it counts when it is imported: with several workers their counts meet
in files below ``PROMETHEUS_MULTIPROC_DIR``. So it is imported late, in each worker, once server.py
has set that.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.events import EventType, Rejection, Surface
from kb.store.outbox import Backlog
from search.results import SearchResult

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "kb_request_seconds",
            "Time to answer",
            ("endpoint", "status"),
            registry=registry,
            buckets=BUCKETS,
        )
        self._searches = Counter(
            "kb_searches", "Searches answered", ("surface", "mode", "hits"), registry=registry
        )
        self._events = Counter("kb_events", "Events that count", ("type",), registry=registry)
        self._rejected = Counter(
            "kb_events_rejected", "Events that do not count", ("reason",), registry=registry
        )
        self._waiting = Gauge(
            "kb_recorder_waiting",
            "Rows not written yet",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._dropped = Counter("kb_recorder_dropped", "Rows lost", registry=registry)

    def answered(self, endpoint: str, status: int, started: float) -> None:
        """One request, begun at ``started`` by ``time.perf_counter``."""
        seconds = time.perf_counter() - started
        self._requests.labels(endpoint, str(status)).observe(seconds)

    def searched(self, surface: Surface, result: SearchResult) -> None:
        """One search with what it found."""
        self._searches.labels(surface, result.mode, "some" if result.hits else "none").inc()

    def happened(self, kind: EventType, rejected: Rejection | None) -> None:
        """One event."""
        if rejected is None:
            self._events.labels(kind).inc()
        else:
            self._rejected.labels(rejected).inc()

    def waiting(self, rows: int) -> None:
        """Rows in the recorder's queue."""
        self._waiting.set(rows)

    def dropped(self, rows: int) -> None:
        """Rows the recorder lost."""
        self._dropped.inc(rows)

    def page(self, now: Now) -> bytes:
        """Everything counted, by all workers, and how things stand at this moment."""
        from prometheus_client import CollectorRegistry, generate_latest

        standing = CollectorRegistry()
        standing.register(now)
        return bytes(generate_latest(self._counted()) + generate_latest(standing))

    def _counted(self) -> CollectorRegistry:
        if FOLDER not in os.environ:
            return self._registry
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return together


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand: what is served here, and what has not left the outbox.

    The client's own gauges would have each worker say it, and its Info does not work with workers.
    """

    snapshot: str
    memory: str | None
    backlog: Backlog | None
    """None where the database does not answer."""

    def collect(self) -> Iterator[Metric]:
        """Called by prometheus-client."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        labels = {"snapshot": self.snapshot, "memory": self.memory or ""}
        yield InfoMetricFamily("kb_served", "What is served", value=labels)
        if self.backlog is None:
            return
        waited = self.backlog.waited(dt.datetime.now(dt.UTC))
        yield GaugeMetricFamily("kb_outbox_waiting", "Messages to send", self.backlog.waiting)
        yield GaugeMetricFamily("kb_outbox_parked", "Messages given up on", self.backlog.parked)
        yield GaugeMetricFamily("kb_outbox_oldest_seconds", "Wait of the oldest message", waited)


def forget_worker(pid: int) -> None:
    """Take a worker that ended out of what is counted as being there now."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def is_near(address: str | None) -> bool:
    """Whether an address is this machine's or of a private network."""
    try:
        return ipaddress.ip_address(address or "").is_private
    except ValueError:
        return False
