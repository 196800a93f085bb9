"""UNHCR's Operational Data Portal: declared kinds, its quirks, and two recorded answers."""
