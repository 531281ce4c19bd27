"""What an attribute is follows from its name, and in doubt it is protected."""

from __future__ import annotations

import pytest

from segtools.attributes import KINDS, PROTECTED_WORDS, SHOWN, attribute_kind

NAMES = {
    "protected": [
        *("age", "Age-Band", "Age Group", "Customer Age", "customerAge", "HHAge"),
        *("customer.age2", "ageGroup", "date_of_birth", "birthday", "DateOfBirth"),
        *("dateofbirth", "DOB", "SeniorCitizen", "Dependents", "Partner", "gender"),
        *("customer_gender", "is_female", "Salutation", "Title", "marital_status"),
        *("kids_count", "KID_CATEGORY_DESC", "number_of_children", "pregnant"),
        *("sexual_orientation", "health_insurance", "Dietary needs", "race"),
        *("ethnicity", "country_of_origin", "Nationality", "union_member", "politics"),
        # German
        *("Alter", "Altersgruppe", "Kundenalter", "Geschlecht", "Geburtsdatum"),
        *("Familienstand", "Anzahl Kinder", "Anrede", "Staatsangehörigkeit"),
        *("Krankenkasse", "Religionszugehörigkeit", "Gewerkschaft", "Jahrgang"),
        # French
        *(
            "âge",
            "sexe",
            "Genre",
            "civilité",
            "Date de naissance",
            "situation familiale",
        ),
        *("nombre d'enfants", "nationalité", "santé"),
        # Spanish
        *("edad", "Género", "sexo", "fecha_de_nacimiento", "estado civil", "hijos"),
        *("Nacionalidad", "cumpleaños", "salud"),
        # Italian, Dutch, Polish
        *("età", "figli", "stato_civile", "leeftijd", "geslacht", "płeć"),
        # a script that cannot be judged
        *("性別", "возраст", "ηλικία"),
    ],
    "lifetime": [
        *("Total Spent", "Total Orders", "orders_count", "avg_order_value", "Tags"),
        *("last_order", "lifetime value", "LTV", "date_last_active"),
    ],
    "consent": [
        *("consent_sms", "email_opt_in", "accepts_marketing", "Unsubscribed"),
        *("Accepts Email Marketing", "newsletter", "Einwilligung Werbung"),
    ],
    "contact": [
        *("email", "E-Mail", "mobile_phone", "first_name", "username", "IPAddress"),
        *("Default Address Address1", "street", "Straße", "Nachname", "prénom"),
        *("apellidos", "Telefon", "company_name", "nombre", "LocationLatitude"),
    ],
    "firmographic": [
        *("industry", "Number of Employees", "AnnualRevenue", "account_status"),
        *("industry_name", "tax_exempt", "Branche", "Umsatzklasse", "effectifs"),
        *("Sector", "empresa"),
    ],
    "technographic": [
        *("device", "Browser", "Operating System", "OS", "mobile_device", "appareil"),
        *("Betriebssystem", "screen_orientation_device"),
    ],
    "psychographic": [
        *("lifestyle", "interests", "hobbies", "persona", "Lebensstil", "attitude"),
        *("intérêts", "motivation"),
    ],
    "geographic": [
        *("region", "zip_code", "postcode", "post", "city_name", "BillingCity"),
        *("Default Address Country", "state", "Ort", "Bundesland", "PLZ", "ville"),
        *("région", "ciudad", "código postal", "time zone"),
    ],
    "demographic": [
        *("income", "home_ownership", "household_size", "education", "occupation"),
        # none of their words is what it holds
        *("package", "stage", "percentage", "usage", "language", "mileage", "agency"),
        *("status", "statement", "posted", "interest_rate", "tournament", "trace"),
        *("grace", "alternative", "halted", "personal", "capacity", "brandings"),
        *("music_genre", "partner_tier", "lead_generation", "JobTitle", "figure"),
        *("horse_race", "package_weight", "landing", "portfolio", "sortiment"),
    ],
}
CASES = [(name, kind) for kind, names in NAMES.items() for name in names]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_kind_of_an_attribute_follows_from_the_words_in_its_name(name, kind):
    assert attribute_kind(name) == kind


@pytest.mark.parametrize("name", NAMES["protected"])
@pytest.mark.parametrize(
    "wrapped", ["{}_code", "customer_{}", "email {}", "region-{}", "{}.interests"]
)
def test_what_is_protected_stays_so_beside_words_of_other_kinds(name, wrapped):
    assert attribute_kind(wrapped.format(name)) == "protected"


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_case_and_punctuation_do_not_count(name, kind):
    if name.lower() != name.upper() and " " in name:
        for joint in "_-. ":
            assert attribute_kind(name.replace(" ", joint).upper()) == kind


def test_what_somebody_said_counts():
    said = {"tier": "psychographic", "union": "firmographic"}
    assert attribute_kind("tier", said) == "psychographic"
    assert attribute_kind("union", said) == "firmographic"
    assert attribute_kind("gender", said) == "protected"


def test_nothing_that_is_protected_or_about_reaching_a_person_is_shown():
    assert set(KINDS) == set(NAMES)
    assert set(KINDS) - set(SHOWN) == {"protected", "lifetime", "consent", "contact"}
    assert all(word.isalpha() or "_" in word for word in PROTECTED_WORDS)


@pytest.mark.parametrize("name", ["", "_", "17", "Q1"])
def test_names_that_say_nothing_are_of_the_rest(name):
    assert attribute_kind(name) == "demographic"
