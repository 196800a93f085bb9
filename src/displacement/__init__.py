"""Reads displacement figures, reconciles those that overlap, and publishes what follows."""
