"""Business customers: people with their companies, whatever the CRM calls them."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources import connect
from segtools.sources.crm import read

EXPORTS = Path(__file__).parent / "exports" / "crm"
COMPANIES = "Record ID,Company name,Number of Employees\n"
CONTACTS = "Record ID,Email,Primary Associated Company ID\n"


@pytest.fixture
def opened(tmp_path):
    """Open exports by name, or texts as files."""

    def run(accounts: str | None = None, contacts: str | None = None, **block):
        keys = {}
        for key, text in [("accounts", accounts), ("contacts", contacts)]:
            if text is None:
                continue
            path = EXPORTS / f"{text}.csv"
            if "\n" in text:
                path = tmp_path / f"{key}.csv"
                path.write_text(text, encoding="utf-8")
            columns = block.pop(f"{key}_columns", {})
            keys[key] = {"path": str(path), "columns": columns}
        return read(connect(), keys | block, "UTC")

    return run


def same(found: pd.DataFrame, by_hand: dict[str, list]) -> None:
    assert found.pop("unreadable").isna().all()
    frame = found.astype(object).where(found.notna(), None)
    expected = pd.DataFrame(by_hand)
    expected = expected.astype(object).where(expected.notna(), None)
    assert set(frame) == set(expected)
    frame = frame[list(expected)].sort_values("customer_id", ignore_index=True)
    assert_frame_equal(frame, expected, check_dtype=False)


# ---- HubSpot


HUBSPOT_ACCOUNTS = {
    "customer_id": ["101", "102"],
    "account_id": ["9001", "9002"],
    "parent_account_id": [None, "9001"],
    "company_name": ["Fern GmbH", "Fern, Sons & Co"],
    "company_domain_name": ["fern.example.com", "sons.example.com"],
    "industry": ["RETAIL", "RETAIL"],
    "employees": [120.0, 7.0],
    "revenue": [2_500_000.0, None],
    "city": ["Berlin", "Lyon"],
    "country": ["Germany", "France"],
    "lifecycle_stage": ["Customer", "Customer"],
    "by_email": ["ann.lee@example.com", "bo.kim@example.com"],
    "by_phone": ["+49300000001", None],
}
HUBSPOT_CUSTOMERS = {
    "customer_id": ["101", "102", "103", "104"],
    "first_name": ["Ann", "Bo", "Cy", "Di"],
    "last_name": ["Lee", "Kim", "Roe", "Poe"],
    "email": ["Ann.Lee@Example.com", "bo.kim@example.com", "cy.roe@example.com", None],
    "phone": ["+49 30 000 0001", None, "+441000000003", None],
    "job_title": ['Head of "Buying"', "Owner", None, "Buyer"],
    "associated_company": ["Fern GmbH", "Fern, Sons & Co", None, "Gone AG"],
    "create_date": [f"2026-01-0{day} 10:00" for day in (2, 3, 4, 5)],
    "by_email": [
        *("ann.lee@example.com", "bo.kim@example.com", "cy.roe@example.com", None),
    ],
    "by_phone": ["+49300000001", None, "+441000000003", None],
}


def test_people_of_hubspot_get_their_company(opened, tables_of):
    found = opened("hubspot_companies", "hubspot_contacts")
    tables = tables_of(found)
    assert set(tables) == {"customers", "accounts"}
    same(tables["accounts"], HUBSPOT_ACCOUNTS)
    same(tables["customers"], HUBSPOT_CUSTOMERS)
    assert found.notes == [
        "CRM: contacts of an account that is not among the accounts: 1.",
        "CRM: contacts of no account: 1.",
        "CRM: contacts of several accounts, of which the primary or first counts: 2.",
        "CRM: accounts without a contact, which are left out: 1.",
    ]


def test_the_order_of_rows_does_not_matter(opened, tables_of):
    texts = []
    for name in ("hubspot_companies", "hubspot_contacts"):
        head, *rows = (EXPORTS / f"{name}.csv").read_text("utf-8").splitlines()
        random.Random(2).shuffle(rows)
        texts.append("\n".join([head, *rows]) + "\n")
    tables = tables_of(opened(*texts))
    same(tables["accounts"], HUBSPOT_ACCOUNTS)
    same(tables["customers"], HUBSPOT_CUSTOMERS)


def test_the_headers_older_exports_have_are_known_too(opened, tables_of):
    text = (EXPORTS / "hubspot_contacts.csv").read_text("utf-8")
    text = text.replace("Record ID", "Contact ID").replace("Phone Number", "phone")
    companies = (EXPORTS / "hubspot_companies.csv").read_text("utf-8")
    companies = companies.replace("Record ID", "COMPANY ID").replace("/Region", "")
    tables = tables_of(opened(companies, text))
    same(tables["accounts"], HUBSPOT_ACCOUNTS)
    same(tables["customers"], HUBSPOT_CUSTOMERS)


# ---- Salesforce


def test_salesforce_ids_of_15_and_18_characters_are_the_same_account(opened, tables_of):
    found = opened("salesforce_accounts", "salesforce_contacts")
    tables = tables_of(found)
    by_hand = {
        "customer_id": ["0035g00000XyZaa", "0035g00000XyZab"],
        # The first 15 characters differ in case alone.
        "account_id": ["0015g00000AbCdEAAV", "0015g00000AbCdeAAF"],
        "parent_account_id": [None, "0015g00000AbCdEAAV"],
        "company_name": ["Fern GmbH", "Moss Ltd"],
        "industry": ["Retail", "Retail"],
        "employees": [120.0, 7.0],
        "revenue": [2_500_000.5, None],
        "city": ["Berlin", "Leeds"],
        "country": ["Germany", "United Kingdom"],
        "tier__c": ["Gold", None],
        "by_email": ["ann.lee@example.com", "bo.kim@example.com"],
        "by_phone": ["+49300000001", None],
    }
    same(tables["accounts"], by_hand)
    assert found.notes == []
    people = tables["customers"].sort_values("customer_id")
    assert people["job_title"].tolist() == ["Head of Buying", "Owner"]
    assert "title" not in people


# ---- one file alone


def test_accounts_alone_are_the_customers(opened, tables_of):
    tables = tables_of(opened("salesforce_accounts"))
    assert set(tables) == {"accounts"}
    found = tables["accounts"]
    assert found["customer_id"].tolist() == found["account_id"].tolist()
    assert found["employees"].tolist() == [120, 7]


def test_accounts_alone_may_name_their_customer(opened, tables_of):
    text = "Id,Kundennummer,Tier\n1,K7,a\n"
    columns = {"customer_id": "Kundennummer"}
    found = tables_of(opened(text, accounts_columns=columns))["accounts"].loc[0]
    assert (found["customer_id"], found["account_id"]) == ("K7", "1")


def test_contacts_alone_still_say_who_belongs_together(opened, tables_of):
    tables = tables_of(opened(contacts="hubspot_contacts"))
    found = tables["accounts"][["account_id", "customer_id"]]
    assert found.to_numpy().tolist() == [
        *(["9001", "101"], ["9002", "102"], ["9999", "104"]),
    ]
    assert len(tables["customers"]) == 4


def test_contacts_without_any_account_are_customers_alone(opened, tables_of):
    tables = tables_of(opened(contacts="Email,Town\nann@example.com,Ulm\n"))
    assert set(tables) == {"customers"}
    found = tables["customers"].loc[0]
    assert pd.isna(found["customer_id"])
    assert (found["by_email"], found["town"]) == ("ann@example.com", "Ulm")


# ---- columns


def test_the_users_map_wins(opened, tables_of):
    accounts = "Record ID,Kürzel,Mitarbeiter,Industry,Sparte\n9,f,5,x,Handel\n"
    contacts = "Record ID,Kunde,Firma\n101,K-1,f\n"
    found = opened(
        accounts,
        contacts,
        accounts_columns={
            "account_id": "Kürzel",
            "employees": "Mitarbeiter",
            "industry": "Sparte",
        },
        contacts_columns={"customer_id": "Kunde", "account_id": "Firma"},
    )
    row = tables_of(found)["accounts"].loc[0]
    assert (row["customer_id"], row["account_id"]) == ("K-1", "f")
    assert (row["employees"], row["industry"]) == (5, "Handel")
    # What the map has taken the name from is kept under another.
    assert (row["record_id"], row["industry_"]) == ("9", "x")
    assert tables_of(found)["customers"].loc[0, "record_id"] == "101"


@pytest.mark.parametrize(
    ("values", "decimal", "expected"),
    [
        (["1,200", "7"], ".", [1200, 7]),
        (["1.200,5", "7"], ",", [1200.5, 7]),
        (["11-50", "7"], ".", ["11-50", "7"]),
        (["", "7"], ".", [None, 7]),
    ],
)
def test_employees_are_numbers_only_where_all_of_them_are(
    values, decimal, expected, opened, tables_of
):
    rows = "".join(f'{i},x,"{v}"\n' for i, v in enumerate(values))
    found = opened(COMPANIES + rows, decimal=decimal)
    column = tables_of(found)["accounts"].sort_values("customer_id")["employees"]
    assert column.astype(object).where(column.notna(), None).tolist() == expected
    noted = any("employees is left as text" in note for note in found.notes)
    assert noted == isinstance(expected[0], str)


def test_attributes_never_take_a_name_of_ours(opened, tables_of):
    text = "Id,Customer ID,Reason,excluded,A-B,A B\n1,c,r,e,x,y\n"
    found = tables_of(opened(text))["accounts"].loc[0].to_dict()
    assert pd.isna(found.pop("unreadable"))
    assert found == {
        "account_id": "1",
        "customer_id": "1",
        "customer_id_": "c",
        "reason_": "r",
        "excluded_": "e",
        "a_b": "x",
        "a_b_": "y",
    }


def test_an_account_that_stands_twice_does_not_double_its_people(opened, tables_of):
    rows = ["9,Moss,5\n", "9,Fern,4\n"]
    for companies in (rows, rows[::-1]):
        found = opened(COMPANIES + "".join(companies), CONTACTS + "1,a@example.com,9\n")
        accounts = tables_of(found)["accounts"]
        assert accounts["company_name"].tolist() == ["Fern"]
        assert "name an account again: 1; the first" in found.notes[0]


def test_a_contact_that_stands_twice_is_left_for_cleaning_to_judge(opened, tables_of):
    people = CONTACTS + "1,a@example.com,9\n1,b@example.com,9\n"
    tables = tables_of(opened(COMPANIES + "9,Fern,5\n", people))
    assert len(tables["customers"]) == len(tables["accounts"]) == 2


# ---- sentences


def test_a_block_without_files_is_refused():
    sentence = r"^source must name a file of the CRM, but it has neither accounts nor c"
    with pytest.raises(ConfigError, match=sentence):
        read(connect(), {}, "UTC")


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"contact": {}}, r"'source\.contact' is none\. Did you mean 'contacts'\?$"),
        ({"accounts": "a.csv"}, r"^source\.accounts must hold `key: value` lines"),
        ({"accounts": {}}, r"^The configuration must hold 'source\.accounts\.path'"),
    ],
)
def test_mistakes_of_the_block_are_one_sentence(block, sentence):
    with pytest.raises(ConfigError, match=sentence):
        read(connect(), block, "UTC")


def test_a_mapped_column_that_is_not_there_is_named_with_a_guess(opened):
    sentence = (
        r"^accounts must have the column 'Kurzel' \(mapped to account_id\), but the "
        r"file has \['Kürzel', 'x'\]\. Did you mean 'Kürzel'\?$"
    )
    with pytest.raises(DataError, match=sentence):
        opened("Kürzel,x\n1,2\n", accounts_columns={"account_id": "Kurzel"})


def test_files_without_ids_are_refused(opened):
    sentence = (
        r"^crm\.accounts must be an export of companies or accounts, but the columns "
        r"\['Record ID'\] cannot be found among \['Town', 'x'\]\."
    )
    with pytest.raises(DataError, match=sentence):
        opened("Town,x\n1,2\n")
    with pytest.raises(DataError, match=r"^crm\.contacts must be an export of contac"):
        opened(contacts="Town,x\n1,2\n")


def test_another_systems_file_is_named(opened):
    text = "Name,Financial Status,Lineitem name\n#1,paid,x\n"
    with pytest.raises(DataError, match=r"but this looks like a Shopify orders export"):
        opened(text)


def test_contacts_of_other_accounts_altogether_are_refused(opened):
    sentence = (
        r"^contacts must name their accounts by the ids of the accounts, but none of "
        r"\['Fern'\] is among \['9'\]\. Export the account's id with the contacts, or "
    )
    with pytest.raises(DataError, match=sentence):
        opened(COMPANIES + "9,Fern,5\n", CONTACTS + "1,a@example.com,Fern\n")
