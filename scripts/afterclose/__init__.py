"""The programs around the dbt project. Each is started by scripts/NAME."""
