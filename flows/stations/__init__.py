"""The bodies of the flows, without Prefect: fetch, call, record."""
