"""Where figures come from: one module per source, found by the registry."""
