"""A simulated support operation with known truth, written as raw tables.

``world`` makes vendor-neutral batches, the renderers turn each batch into
the tables a vendor would have left behind, ``truth`` writes what happened.
"""
