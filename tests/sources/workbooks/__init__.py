"""Workbooks at addresses and in folders: OCHA's layout, declared sheets, files that go wrong."""
