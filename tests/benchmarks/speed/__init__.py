"""How fast is the reconciliation, beside the naive sum of the same figures?"""
