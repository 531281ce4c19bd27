"""Languages: choosing one, its signs and plural forms, catalogues that do not fit."""

from pathlib import Path

import pytest

from segtools.features.words import with_unit
from segtools.joining import clauses
from segtools.languages import (
    available,
    coverage,
    current,
    in_language_of,
    known_language,
    said_header,
    tr,
    trc,
    trn,
    use_language,
)
from segtools.schema import ConfigError
from segtools.wording import (
    interval,
    iso_day,
    listed,
    number,
    percent,
    plural_of,
    quoted_name,
    rounded,
)

HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

"""


@pytest.fixture
def folder(tmp_path):
    """Write a catalogue of Russian rules; give the folder of the language."""

    def write(text: str, code: str = "ru") -> str:
        file = tmp_path / code / "LC_MESSAGES" / "messages.po"
        file.parent.mkdir(parents=True)
        file.write_text(HEAD + text, encoding="utf-8")
        return str(tmp_path / code)

    return write


def test_english_needs_no_catalogue():
    assert current().code == "en"
    assert tr("Nothing of the kind") == "Nothing of the kind"
    assert coverage(None).missing == 0


def test_the_packaged_languages():
    assert available() == ["en", "ro", "ru", "zh"]


def test_a_language_that_is_unknown_is_refused_with_a_suggestion():
    with pytest.raises(ConfigError, match=r"en, ro, ru, zh .* but it is 'rus'. Did"):
        known_language("rus")


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ["1_234_567.9", "41_%", "<0.1_%", "a, b and c", "0.41 to 0.47"]),
        ("ru", ["1_234_567,9", "41_%", "<0,1_%", "a, b и c", None]),
        ("ro", ["1.234.567,9", "41_%", "<0,1_%", "a, b și c", None]),
        ("zh", ["1,234,567.9", "41%", "<0.1%", "a、b和c", None]),
    ],
)
def test_numbers_and_lists_by_language(code, written):
    with use_language(code):
        said = [number(1234567.891, 1), percent(0.4149), percent(0.0001)]
        said += [listed(["a", "b", "c"]), interval(0.41, 0.47)]
    pairs = zip(said, written, strict=True)
    assert all(s.replace("\u202f", "_") == w for s, w in pairs if w)


def test_trailing_zeros_go_whatever_the_decimal_sign():
    with use_language("ru"):
        assert (rounded(0.4100), rounded(12.30), rounded(100)) == (
            "0,41",
            "12,3",
            "100",
        )


def test_plural_forms_and_numbers_with_decimals(folder):
    days = """msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} день"
msgstr[1] "{n} дня"
msgstr[2] "{n} дней"
"""
    with use_language(folder(days)):
        said = [trn("{n} day", "{n} days", n) for n in (1, 2, 5, 21, 2.5)]
    assert said == ["1 день", "2 дня", "5 дней", "21 день", "2,5 дня"]


def test_a_context_tells_meanings_apart(folder):
    share = 'msgctxt "column"\nmsgid "Share"\nmsgstr "Доля"\n'
    with use_language(folder(share)):
        assert (trc("column", "Share"), said_header("Share"), tr("Share")) == (
            "Доля",
            "Доля",
            "Share",
        )


@pytest.mark.parametrize(
    "wrong",
    [
        'msgid "{low} to {high}"\nmsgstr "от {low}"\n',
        'msgid "{low} to {high}"\nmsgstr "от {low} до {high.__class__}"\n',
        'msgid "{low} to {high}"\nmsgstr "от {low} до {high"\n',
        '#, fuzzy\nmsgid "{low} to {high}"\nmsgstr "от {low} до {high}"\n',
    ],
)
def test_a_translation_that_does_not_fit_is_not_used_and_counted(folder, wrong):
    place = folder(wrong)
    with use_language(place):
        assert interval(3, 5) == "3 to 5"
    counted = coverage(known_language(place).path)
    assert counted.translated == 0
    assert counted.missing == counted.messages > 0


def test_values_are_never_read_as_messages_or_places(folder):
    place = folder('msgid "{low} to {high}"\nmsgstr "{low} – {high}"\n')
    with use_language(place):
        assert tr("{low} to {high}", low="{high}", high="{0}") == "{high} – {0}"


def test_a_file_that_is_no_catalogue_is_one_sentence(folder):
    place = folder("msgid without quotes\n")
    with use_language(place), pytest.raises(ConfigError, match="cannot be read"):
        tr("Anything")


def test_a_run_of_an_older_version_or_a_lost_language_is_english(tmp_path):
    for config in ({}, {"language": str(tmp_path / "gone" / "uk")}):
        with in_language_of({"config": config}) as language:
            assert language.code == "en"


def test_a_language_ends_with_its_block():
    with pytest.raises(RuntimeError), use_language("ru"):
        raise RuntimeError
    assert current().code == "en"
    assert Path(current().path).name == "messages.pot"


DAYS = """
msgid "every {n} day"
msgid_plural "every {n} days"
msgstr[0] "раз в {n} день"
msgstr[1] "раз в {n} дня"
msgstr[2] "раз в {n} дней"
"""


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (21, 0, "раз в 21 день"),
        (4.6, 0, "раз в 5 дней"),
        (5, 1, "раз в 5,0 дня"),
        (1, 2, "раз в 1,00 дня"),
    ],
)
def test_the_form_goes_with_what_is_written(folder, value, decimals, said):
    with use_language(folder(DAYS)):
        form, written = plural_of(value, decimals), number(value, decimals)
        assert trn("every {n} day", "every {n} days", form, n=written) == said


QUOTED = """
msgctxt "quoted"
msgid "'{name}'"
msgstr "«{name}»"
"""


@pytest.mark.parametrize(
    "name",
    ["Loyal", "it's", 'say "hi"', "a\nb", " x ", "a\u202eb", "back\\slash", "{x}"],
)
def test_names_are_quoted_by_the_language(folder, name):
    assert quoted_name(name) == repr(name)
    with use_language(folder(QUOTED)):
        said = quoted_name(name)
    assert (said[0], said[-1]) == ("«", "»")
    assert said[1:-1].isprintable()
    if name.isprintable():
        assert said[1:-1] == name


CLAUSES = """
msgctxt "between clauses"
msgid ", "
msgstr "；"

msgctxt "two clauses"
msgid "{first} and {last}"
msgstr "{first}；{last}"
"""


def test_clauses_are_joined_by_the_language(folder):
    three = ["one is done", "two failed", "one waits"]
    assert clauses(three) == listed(three)
    assert clauses([]) == ""
    with use_language(folder(CLAUSES)):
        assert clauses(three) == "one is done；two failed；one waits"
        assert clauses(three[:1]) == "one is done"


def test_the_words_of_units_follow_numbers_in_english_only():
    # "24 comenzi" would be wrong in Romanian, which asks for "24 de comenzi".
    assert with_unit(24, "orders") == "24 orders"
    with use_language("ro"):
        assert with_unit(24, "orders") == "24"
        assert with_unit(24.5, "EUR") == "24,5 EUR"


def test_a_date_within_a_text_is_written_as_the_language_does():
    assert iso_day("2024-09-28T19:42") == "2024-09-28"
    with use_language("ro"):
        assert iso_day("2024-09-28T19:42") == "28 septembrie 2024"
