"""Measurements that are run by hand, and their small copies that are tests."""
