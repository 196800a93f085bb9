"""KoboToolbox: pages cut at 1,000, edits and reviews without a trace, and much personal data."""
