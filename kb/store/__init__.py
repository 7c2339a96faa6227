"""Every SQL statement: events, cases, outcomes and imported history, in SQLite or PostgreSQL."""
