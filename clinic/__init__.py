"""The clinic service: sign-in, waiting room, signalling, facts, orders and reports.

One process, one SQLite file. It speaks `contracts.clinic` to booths and doctors' pages.
"""
