"""The private PostgreSQL: really starts, keeps its data, leaves nothing."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from demo.postgres import PostgresCluster, PostgresError


def test_a_cluster_keeps_its_rows_over_a_restart_and_listens_on_no_network(tmp_path: Path) -> None:
    with PostgresCluster(tmp_path) as cluster, psycopg.connect(cluster.url) as connection:
        connection.execute("CREATE TABLE letters (subject text)")
        connection.execute("INSERT INTO letters VALUES ('Hündin')")
        connection.commit()
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    with PostgresCluster(tmp_path) as cluster, psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT subject FROM letters").fetchall() == [("Hündin",)]
    assert not (tmp_path / "sockets").exists()
    assert (tmp_path / "data" / "PG_VERSION").exists()
    assert not (tmp_path / "data" / "postmaster.pid").exists()


def test_two_clusters_stand_side_by_side(tmp_path: Path) -> None:
    with PostgresCluster(tmp_path / "a") as first, PostgresCluster(tmp_path / "b") as second:
        with psycopg.connect(first.url) as connection:
            connection.execute("CREATE TABLE only_here (id int)")
        with psycopg.connect(second.url) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_stopping_ends_connections_that_are_still_open(tmp_path: Path) -> None:
    with PostgresCluster(tmp_path) as cluster:
        connection = psycopg.connect(cluster.url)
    with connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_a_damaged_cluster_is_an_error_with_the_servers_words(tmp_path: Path) -> None:
    with PostgresCluster(tmp_path):
        (tmp_path / "data").exists()
    conf = next(tmp_path.rglob("postgresql.auto.conf"))
    conf.write_text("nonsense = on\n")
    with pytest.raises(PostgresError, match="PostgreSQL did not start: .*nonsense"):
        PostgresCluster(tmp_path).start()
