"""What people and agents say. Data only; no code."""
