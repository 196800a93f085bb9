"""The only place that reads and writes files: landing, tables, ledger, snapshots."""
