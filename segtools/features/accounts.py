"""Companies: how large a customer's account and its group are, and what they spend."""

from __future__ import annotations

import ibis.expr.types as ir

from segtools.features.attributes import BASIS
from segtools.features.catalogue import Window, feature


@feature(
    "account_customers",
    basis=BASIS,
    over="accounts",
    unit="customers",
    label="Customers of the account",
    definition="Customers of the customer's own account, this one included.",
    needs=("account_id",),
    role="descriptor",
)
def account_customers(accounts: ir.Table, window: Window) -> ir.Value:
    """Count customers of the account."""
    return accounts.account_customers.max()


@feature(
    "group_customers",
    basis=BASIS,
    over="accounts",
    unit="customers",
    label="Customers of the group",
    definition="Customers of all accounts under the same topmost account.",
    needs=("account_id", "parent_account_id"),
    role="descriptor",
)
def group_customers(accounts: ir.Table, window: Window) -> ir.Value:
    """Count customers of the group."""
    return accounts.group_customers.max()


@feature(
    "account_depth",
    basis=BASIS,
    over="accounts",
    unit="levels",
    label="Levels below the topmost account",
    definition="Accounts above the customer's own, up to the topmost.",
    needs=("account_id", "parent_account_id"),
    role="descriptor",
)
def account_depth(accounts: ir.Table, window: Window) -> ir.Value:
    """Count the levels above."""
    return accounts.depth.max()


@feature(
    "account_spend",
    basis=BASIS,
    over="accounts",
    unit="money",
    label="Spend of the account",
    definition="Sum of amounts in the window of all customers of the account.",
    direction="more",
    needs=("account_id",),
    role="descriptor",
)
def account_spend(accounts: ir.Table, window: Window) -> ir.Value:
    """Sum the account's amounts."""
    return accounts.account_spend.max()


@feature(
    "group_spend",
    basis=BASIS,
    over="accounts",
    unit="money",
    label="Spend of the group",
    definition=(
        "Sum of amounts in the window of all customers under the same topmost account."
    ),
    direction="more",
    needs=("account_id", "parent_account_id"),
    role="descriptor",
)
def group_spend(accounts: ir.Table, window: Window) -> ir.Value:
    """Sum the group's amounts."""
    return accounts.group_spend.max()
