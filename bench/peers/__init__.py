"""The peers, run inside .venv-peers: nothing of ours but ``bench.measured`` is imported here."""
