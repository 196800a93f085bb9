"""How near do reconciled figures come to a truth that is known? Simulated crises."""
