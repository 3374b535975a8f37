"""The secret behind the hashed customer ids of the marts.

It is kept in the warehouse and nowhere else: whatever is named in a dbt var or
in SQL ends up in dbt's logs, its manifest and the compiled models.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence

import click

from afterclose.warehouse import (
    Warehouse,
    open_warehouse,
    quoted,
    target_option,
    text_literal,
)

TABLE = "customer_salt"
# Shorter ones could be found by trying.
SHORTEST = 16


def salt_schema(warehouse: Warehouse) -> str:
    """The schema that BI cannot read."""
    return f"{warehouse.schema}_intermediate"


def has_salt(warehouse: Warehouse) -> bool:
    """Whether customers have hashed ids already."""
    schema = salt_schema(warehouse)
    return bool(warehouse.columns(schema, TABLE)) and bool(
        warehouse.query(f"select count(*) from {quoted(schema, TABLE)}")[0][0]
    )


def write_salt(warehouse: Warehouse, salt: str) -> None:
    """Put the salt in place of any other. Raises ValueError for a short one."""
    if len(salt) < SHORTEST:
        raise ValueError(f"A salt has at least {SHORTEST} characters")
    replace_rows(
        warehouse, salt_schema(warehouse), TABLE, ("salt",), [(salt,)]
    )


def replace_rows(
    warehouse: Warehouse, schema: str, table: str, columns: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> None:
    """A table of texts with these rows, in place of any other.

    Views that read it stay. Nothing of the rows is on the way in a file.
    """
    beside = f"{table}__new"
    warehouse.create_table(
        schema, beside, {column: "VARCHAR" for column in columns}
    )
    values = ", ".join(
        "(" + ", ".join(text_literal(value) for value in row) + ")"
        for row in rows
    )
    names = ", ".join(quoted(column) for column in columns)
    warehouse.insert(
        schema, beside, f"select * from (values {values}) as given ({names})"
    )
    warehouse.replace_table(schema, table, by=beside)


@click.command()
@target_option
@click.option(
    "--stdin",
    is_flag=True,
    help="Take the salt from standard input instead of a random one.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Set another salt where there is one: every customer gets a new id.",
)
def main(target: str | None, stdin: bool, replace: bool) -> None:
    """Keep a secret in the warehouse with which customer ids are hashed.

    Without it anybody who knows an e-mail address could compute which customer
    of the marts it is. The salt is random (32 bytes) and is never shown; the same
    salt gives the same ids in every warehouse.
    """
    with open_warehouse(target) as warehouse:
        if has_salt(warehouse) and not replace:
            raise click.ClickException(
                f"{warehouse.name} has a salt already. Another one gives every "
                "customer of the marts a new id: --replace if you mean it"
            )
        salt = sys.stdin.read().strip() if stdin else secrets.token_hex(32)
        try:
            write_salt(warehouse, salt)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None
        click.echo(
            f"{warehouse.name} has a new salt. The next dbt build hashes the "
            "customers' ids with it."
        )
