from __future__ import annotations

from demo import bench


def test_a_benchmark_is_one_row_with_its_peer() -> None:
    (row,) = bench.run(["read_einvoice"])
    assert list(row) == ["name", "unit", "n", "ours", "peer", "peer_name", "ratio", "note"]
    assert (row["name"], row["unit"], row["n"]) == ("read_einvoice", "s", 30)
    assert 0 < row["peer"] <= row["ours"]
