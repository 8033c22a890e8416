"""What we ask of Prefect's server: which runs are alive, start one, clear what an unclean stop left behind."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

POOL = "local"
ALIVE = (StateType.RUNNING, StateType.PENDING, StateType.SCHEDULED, StateType.CANCELLING)
UNDER_WAY = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
AWAKE_SECONDS = 3.0
"""A run seen alive may just be clocking out; after this long it is either gone or has looked at the record again."""
LOOK_SECONDS = 1.0
SERVER_AWAY = (httpx.HTTPError, ObjectNotFound)
"""What a call raises while the server is away, or while it does not know yet (or no more) what it is asked for."""

Wanted = Callable[[str], Sequence[Mapping[str, Any]]]
"""The parameters of the runs that a flow should have now."""

log = logging.getLogger("amtsbote")


def client() -> AbstractContextManager[SyncPrefectClient]:
    """A connection to the server that PREFECT_API_URL names."""
    return get_client(sync_client=True)


def ensure_pool() -> bool:
    """Make the work pool of local processes unless it is there; True when it was made."""
    from prefect.workers.process import ProcessWorker

    with client() as server:
        try:
            server.read_work_pool(POOL)
        except ObjectNotFound:
            template = ProcessWorker.get_default_base_job_template()
            server.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
            return True
        return False


def clear_stale() -> int:
    """Mark runs as crashed that no living process works on; to be called while no worker runs. Returns their number."""
    with client() as server:
        stale = [run for run in _runs(server, UNDER_WAY) if run.id]
        for run in stale:
            server.set_flow_run_state(run.id, Crashed(message="its process ended"), force=True)
        return len(stale)


def ensure(deployment: str, *wanted: Mapping[str, Any]) -> int:
    """Start a run of `flow/deployment` for each set of parameters that no living run has; how many were started.

    Without any parameters one run is wanted. Runs that a schedule plans for later do not count as alive.
    """
    with client() as server, _forgetting(deployment):
        found = _deployment(server, deployment)
        alive = [run.parameters for run in _live(server, found)]
        missing = [each for each in wanted or ({},) if not any(each.items() <= run.items() for run in alive)]
        for parameters in missing:
            server.create_flow_run_from_deployment(found, parameters=dict(parameters))
        return len(missing)


def one_run(_flow: str) -> Sequence[Mapping[str, Any]]:
    """A single run, without parameters."""
    return ({},)


def ensure_wanted(flow: str, wanted: Wanted) -> None:
    """Start the runs of `flow/main` that are wanted and not alive; none when none is wanted."""
    if parameters := wanted(flow):
        ensure(f"{flow}/main", *parameters)


def raise_fallen(since: datetime, *, known: Collection[UUID] = (), spared: Collection[UUID] = ()) -> dict[UUID, UUID]:
    """Start those runs again whose process was killed since then, unless another of the same work is alive.

    Runs in `known` were dealt with, deployments in `spared` are left to housekeeping. Returns the runs newly found with
    their deployments.
    """
    with client() as server:
        fallen = {run.id: run for run in _crashed(server, since) if run.deployment_id and run.id not in known}
        for run in fallen.values():
            assert run.deployment_id is not None
            alive = [other.parameters for other in _live(server, run.deployment_id)]
            if run.deployment_id not in spared and run.parameters not in alive:
                server.create_flow_run_from_deployment(run.deployment_id, parameters=run.parameters)
        return {run.id: run.deployment_id for run in fallen.values() if run.deployment_id}


def _crashed(server: SyncPrefectClient, since: datetime) -> list[FlowRun]:
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CRASHED])),
        end_time=FlowRunFilterEndTime(after_=since),
    )
    return server.read_flow_runs(flow_run_filter=wanted)


_DEPLOYMENTS: dict[str, UUID] = {}


@contextmanager
def _forgetting(name: str) -> Iterator[None]:
    """Ask for the deployment's id anew next time when the server does not know it: its database may be a new one."""
    try:
        yield
    except ObjectNotFound:
        _DEPLOYMENTS.pop(name, None)
        raise


def _deployment(server: SyncPrefectClient, name: str) -> UUID:
    """Its id, asked once per process: deploying again keeps it."""
    if name not in _DEPLOYMENTS:
        _DEPLOYMENTS[name] = server.read_deployment_by_name(name).id
    return _DEPLOYMENTS[name]


def _live(server: SyncPrefectClient, deployment_id: UUID) -> list[FlowRun]:
    runs = _runs(server, ALIVE, deployment_id)
    return [run for run in runs if not (run.auto_scheduled and run.state_type == StateType.SCHEDULED)]


def _runs(server: SyncPrefectClient, states: Iterable[StateType], deployment_id: UUID | None = None) -> list[FlowRun]:
    wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))))
    if deployment_id is not None:
        wanted.deployment_id = FlowRunFilterDeploymentId(any_=[deployment_id])
    return server.read_flow_runs(flow_run_filter=wanted)


class Waker:
    """Starts deployments from a thread of its own: whoever asks never waits for the server.

    For some seconds after each wake-up it sees to it that a run is alive, so that none is lost to a run that was
    clocking out or to a server that was away. `wanted` says, at each look anew, which runs those are.
    """

    def __init__(self, wanted: Wanted = one_run) -> None:
        self._wanted = wanted
        self._asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._until: dict[str, float] = {}
        self._thread = threading.Thread(target=self._serve, name="waker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.put(None)

    def wake(self, flow: str) -> None:
        """Ask for the runs of `flow/main`; returns at once."""
        self._asked.put(flow)

    def _serve(self) -> None:
        looked = 0.0
        while self._listen(LOOK_SECONDS if self._until else None):
            wait = looked + LOOK_SECONDS - time.monotonic()
            if self._until and wait <= 0:
                looked = time.monotonic()
                self._look()

    def _listen(self, seconds: float | None) -> bool:
        """Take one wake-up, waiting that long for it; False when it is time to go."""
        try:
            flow = self._asked.get(timeout=seconds)
        except queue.Empty:
            return True
        if flow is not None:
            self._until[flow] = time.monotonic() + AWAKE_SECONDS
        return flow is not None

    def _look(self) -> None:
        for flow, until in list(self._until.items()):
            try:
                ensure_wanted(flow, self._wanted)
            except SERVER_AWAY as error:
                log.warning("Prefect did not answer (%s); asking again", type(error).__name__)
                continue
            except Exception:
                # the thread lives on: whoever asks later must not wait for nothing
                log.exception("%s could not be started; asking again", flow)
                continue
            if time.monotonic() >= until:
                del self._until[flow]
