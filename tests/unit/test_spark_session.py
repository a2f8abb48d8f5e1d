"""A Spark that is not there, falls away or cannot read: told in a sentence, within seconds."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.errors import UsageError

pytest.importorskip("pyspark")

from pyspark.errors import AnalysisException, PySparkException, RetriesExceeded
from pyspark.errors.exceptions.connect import SparkConnectGrpcException

from pipelines.warehouse import spark


class Session:
    """What `session` asks of a Spark session."""

    def __init__(self, partitions: str) -> None:
        self.settings = {"spark.sql.shuffle.partitions": partitions}
        self.stopped = False
        self.patience: list[Any] = []

    @property
    def conf(self) -> Any:
        class Conf:
            get = self.settings.get
            set = self.settings.__setitem__

        return Conf

    @property
    def client(self) -> Any:
        class Client:
            set_retry_policies = self.patience.extend

        return Client

    def sql(self, _: str) -> Any:
        class Asked:
            collect = staticmethod(list)

        return Asked

    def stop(self) -> None:
        self.stopped = True

    # As its own builder.
    def remote(self, _: str) -> Session:
        return self

    master = remote

    def config(self, **_: Any) -> Session:
        return self

    def getOrCreate(self) -> Session:  # noqa: N802 - Spark's name
        return self


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Session]:
    """A server that answers."""

    def started(partitions: str = "200") -> Session:
        found = Session(partitions)
        monkeypatch.setattr(spark.SparkSession, "builder", found)
        monkeypatch.setattr(spark, "_reach", lambda _: None)
        return found

    return started


def test_an_address_where_nothing_listens_is_told_at_once() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    start = time.monotonic()
    with (
        pytest.raises(UsageError, match="antwoordt niets: ConnectionRefusedError") as told,
        spark.session(f"sc://127.0.0.1:{port}/;token=geheim"),
    ):
        pass
    assert time.monotonic() - start < spark._SECONDS
    assert "geheim" not in str(told.value)


def test_an_address_that_stays_silent_is_waited_for_briefly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[Any, float]] = []

    def silent(where: Any, timeout: float) -> Any:
        asked.append((where, timeout))
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    with pytest.raises(UsageError, match="TimeoutError"), spark.session("sc://ver.weg.example"):
        pass
    assert asked == [(("ver.weg.example", 15002), 20)]


@pytest.mark.parametrize("remote", ["sc://cluster", "spark://cluster:7077", "local[2]"])
def test_every_session_has_few_partitions(server: Any, remote: str) -> None:
    found = server("200")
    with spark.session(remote):
        assert int(found.settings["spark.sql.shuffle.partitions"]) <= 64
        assert bool(found.patience) == remote.startswith("sc://")
    assert found.stopped


def test_partitions_that_somebody_chose_stay(server: Any) -> None:
    found = server("32")
    with spark.session("sc://cluster"):
        assert found.settings["spark.sql.shuffle.partitions"] == "32"


def lost() -> list[Exception]:
    return [
        RetriesExceeded(errorClass="RETRIES_EXCEEDED", messageParameters={}),
        SparkConnectGrpcException("Connection reset by peer"),
        ConnectionRefusedError(),
    ]


@pytest.mark.parametrize("problem", lost(), ids=lambda p: type(p).__name__)
def test_a_server_that_falls_away_is_named(server: Any, problem: Exception) -> None:
    found = server()
    with pytest.raises(UsageError, match="viel weg tijdens het tellen"), spark.session("sc://c"):
        raise problem
    assert not found.stopped, "that would wait for what is gone"


class Unread(PySparkException):
    def getCondition(self) -> str:  # noqa: N802 - Spark's name
        return "FAILED_READ_FILE.FILE_NOT_EXIST"


def test_an_archive_that_cannot_be_read_is_named(server: Any) -> None:
    server()
    with pytest.raises(UsageError, match="kan het archief niet lezen"), spark.session("sc://c"):
        raise Unread("x")


def test_a_wrong_question_stays_a_bug(server: Any) -> None:
    found = server()
    with pytest.raises(AnalysisException), spark.session("sc://c"):
        raise AnalysisException("a column that is not there")
    assert found.stopped
