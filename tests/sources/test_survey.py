"""Surveys: every answer comes out with its question, its person and its time."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources import connect
from segtools.sources.survey import read

EXPORTS = Path(__file__).parent / "exports" / "survey"
SCALE = ["Very bad", "Bad", "Neither", "Good", "Very good"]
HEAD = "customer_id,answered_at"


@pytest.fixture
def opened(tmp_path):
    """Write text (or name an export) and open it as a survey."""

    def run(text: str, *, timezone: str = "UTC", encoded: str = "utf-8", **block):
        path = EXPORTS / text
        if "\n" in text:
            path = tmp_path / f"survey{len(list(tmp_path.iterdir()))}.csv"
            path.write_bytes(text.encode(encoded))
        responses = {"path": str(path)} | block.pop("responses", {})
        return read(connect(), {"responses": responses, **block}, timezone)

    return run


@pytest.fixture
def asked(opened, tables_of):
    """The same, as a frame of answers in fixed order."""

    def run(text: str, before: str | None = None, **block) -> pd.DataFrame:
        return tables_of(opened(text, **block), before)["answers"]

    return run


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def given(frame: pd.DataFrame, question: str) -> list[str]:
    return frame.loc[frame["question"] == question, "answer"].tolist()


def table(*rows: tuple) -> pd.DataFrame:
    columns = ["customer_id", "question", "answer", "answered_at", "scale"]
    columns += ["by_email", "excluded"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["answered_at"] = pd.to_datetime(frame["answered_at"])
    return frame.sort_values(["customer_id", "by_email", "question", "answer"])


def same(found: pd.DataFrame, by_hand: pd.DataFrame) -> None:
    assert found["unreadable"].isna().all()
    order = ["customer_id", "by_email", "question", "answer", "answered_at"]
    one, two = (
        f[list(by_hand)].astype(object).where(f[list(by_hand)].notna(), None)
        for f in (found, by_hand)
    )
    one, two = (f.sort_values(order).reset_index(drop=True) for f in (one, two))
    assert_frame_equal(one, two, check_dtype=False)


CONTENT, MATTERS = "Wie zufrieden sind Sie mit uns?", "Was ist Ihnen wichtig?"
SHOP = "Wie oft kaufen Sie? - Im Laden"
NET = "Wie oft kaufen Sie? - Im Internet"
ANN, BO = ("c-1", "ann.lee@example.com"), (None, "bo.kim@example.com")


def qualtrics() -> pd.DataFrame:
    """The export by hand: 10:01:02 in Denver is 17:01:02 UTC, in April 16:01:02."""

    def row(who, when, question, answer, kind, excluded=None):
        return (who[0], question, answer, when, kind, who[1], excluded)

    one, two, three = (f"2026-03-0{d} 17:01:02" for d in (1, 2, 3))
    broken, nobody, again = (
        *("2026-03-11 16:00:30", "2026-03-05 17:01:02", "2026-04-01 16:01:02"),
    )
    preview, third, anonymous = ("c-9", None), ("c-3", None), (None, None)
    return table(
        row(ANN, one, CONTENT, "4 - Zufrieden", "likert"),
        row(ANN, one, MATTERS, "Preis", "multiple"),
        row(ANN, one, MATTERS, "Qualität", "multiple"),
        row(ANN, one, SHOP, "2", "number"),
        row(ANN, one, NET, "7.5", "number"),
        row(BO, two, CONTENT, "5 - Sehr zufrieden", "likert"),
        row(BO, two, MATTERS, "Preis", "multiple"),
        row(BO, two, SHOP, "3", "number"),
        row(BO, two, NET, "0.5", "number"),
        row(preview, three, CONTENT, "1 - Gar nicht zufrieden", "likert", "preview"),
        row(preview, three, MATTERS, "Preis", "multiple", "preview"),
        row(preview, three, SHOP, "1", "number", "preview"),
        row(preview, three, NET, "1", "number", "preview"),
        row(third, broken, MATTERS, "Qualität, auch beim Service", "multiple"),
        row(third, broken, MATTERS, "Preis", "multiple"),
        row(anonymous, nobody, CONTENT, "2 - Unzufrieden", "likert", "no_match"),
        row(anonymous, nobody, SHOP, "2", "number", "no_match"),
        row(("c-1", None), again, CONTENT, "5 - Sehr zufrieden", "likert"),
        row(("c-1", None), again, MATTERS, "Qualität", "multiple"),
        row(("c-1", None), again, SHOP, "4", "number"),
        row(("c-1", None), again, NET, "2", "number"),
    )


# ---- Qualtrics


def test_an_export_of_three_header_rows_is_read_whole(asked):
    same(asked("qualtrics.csv", decimal=",", timezone="Asia/Tokyo"), qualtrics())


def test_the_order_of_rows_does_not_matter(asked, opened):
    text = (EXPORTS / "qualtrics.csv").read_text(encoding="utf-8")
    start = text.index("\n2026-03-01") + 1
    rows = text[start:].splitlines()
    random.Random(1).shuffle(rows)
    same(asked(text[:start] + lines(*rows), decimal=","), qualtrics())


def test_columns_are_found_by_import_id_when_authors_renamed_them(asked):
    text = (EXPORTS / "qualtrics.csv").read_text(encoding="utf-8")
    for old, new in [("RecipientEmail", "mail"), ("ExternalReference", "crm")]:
        text = text.replace(old, new, 1)
    text = text.replace("RecordedDate", "saved", 1).replace("Status", "state", 1)
    same(asked(text, decimal=","), qualtrics())


def test_the_zone_of_the_block_rules_over_the_file_and_the_file_over_the_project(asked):
    first = asked("qualtrics.csv", timezone="Asia/Tokyo")["answered_at"].min()
    assert first == pd.Timestamp("2026-03-01 17:01:02")
    block = {"timezone": "Europe/Berlin"}
    found = read(
        connect(), {"responses": {"path": str(EXPORTS / "qualtrics.csv")}, **block}, "Z"
    ).tables["answers"]
    assert found.answered_at.min().execute() == pd.Timestamp("2026-03-01 09:01:02")


def test_a_zone_that_is_none_leaves_the_projects(asked):
    text = (EXPORTS / "qualtrics.csv").read_text(encoding="utf-8")
    for name, hour in [("Z", 10), ("Mars/Olympus", 1)]:
        changed = text.replace("America/Denver", name)
        found = asked(changed, timezone="Asia/Tokyo")["answered_at"].min()
        assert found.hour == hour


def test_who_broke_off_is_kept_unless_dropped(asked):
    kept = asked("qualtrics.csv")
    assert kept.loc[kept["customer_id"] == "c-3", "excluded"].isna().all()
    dropped = asked("qualtrics.csv", unfinished="drop")
    assert len(dropped) == len(kept)
    reasons = dropped.loc[dropped["customer_id"] == "c-3", "excluded"]
    assert reasons.tolist() == ["unfinished", "unfinished"]


def test_legacy_exports_have_two_header_rows_a_mark_and_an_empty_column(asked, opened):
    found = asked("legacy.csv")
    visits, content = "How often do you visit?", "How satisfied are you?"
    one, two, three = (f"2016-05-0{day} 10:05:00" for day in (1, 2, 3))
    by_hand = table(
        ("c-1", content, "4", one, "number", "ann.lee@example.com", None),
        ("c-1", visits, "2", one, "number", "ann.lee@example.com", None),
        (None, visits, "1", two, "number", "bo.kim@example.com", None),
        ("c-9", content, "1", three, "number", None, "preview"),
        ("c-9", visits, "1", three, "number", None, "preview"),
    )
    same(found, by_hand)
    assert opened("legacy.csv").notes == []


@pytest.mark.parametrize("word", ["ann.lee", "192.0.2.7", "52.5", "Lee", "R_1"])
def test_personal_columns_never_become_answers(word, asked):
    found = asked("qualtrics.csv", keep_text=True)
    for column in ("question", "answer", "unreadable"):
        assert not found[column].astype(str).str.contains(word, regex=False).any()


def test_open_text_is_dropped_unless_it_is_asked_for(asked, opened):
    why = "Was sollen wir besser machen?"
    assert given(asked("qualtrics.csv"), why) == []
    kept = asked("qualtrics.csv", keep_text=True)
    assert sorted(given(kept, why)) == ["Mehr Auswahl, bitte", "test"]
    assert set(kept.loc[kept["question"] == why, "scale"]) == {"open"}
    assert why in opened("qualtrics.csv").notes[0]


# ---- any survey


def test_a_form_of_one_header_row_is_read_by_its_headers(asked):
    text = lines(
        "customer_id;answered_at;How was it?;How much did you spend?",
        "007;01.03.2026 10:00;Very  good;12,50",
        "c-2;02.03.2026 10:00;very\u00a0good;1 000",
        "c-3;02.03.2026 11:00;2 - Bad;-",
        "c-4;02.03.2026 12:00;4.0;N/A",
    )
    questions = {"How was it?": {"scale": SCALE}}
    questions |= {"How much did you spend?": {"kind": "number"}}
    for encoded in ("utf-8", "utf-8-sig"):
        found = asked(
            text,
            encoded=encoded,
            questions=questions,
            decimal=",",
            date_format="%d.%m.%Y %H:%M",
            timezone="Europe/Berlin",
            wave="spring",
        )
        assert given(found, "How was it?") == [
            *("5 - Very good", "5 - Very good", "2 - Bad", "4 - Good"),
        ]
        assert given(found, "How much did you spend?") == ["12.50", "1000"]
        assert set(found["scale"]) == {"likert 1-5", "number"}
        assert set(found["wave"]) == {"spring"}
        assert found["answered_at"].min() == pd.Timestamp("2026-03-01 09:00")
        assert found["customer_id"].tolist()[0] == "007"
        assert "by_email" not in found


@pytest.mark.parametrize(
    ("said", "answer", "expected"),
    [
        ({"scale": SCALE}, "Very good", "5 - Very good"),
        ({"scale": SCALE, "reverse": True}, "Very good", "1 - Very good"),
        ({"scale": SCALE, "reverse": True}, "5", "1 - Very good"),
        ({"scale": {7: "Low", 3: "High"}}, "3", "2 - High"),  # recoded values
        ({"scale": {7: "Low", 3: "High"}}, "low", "1 - Low"),
        ({"scale": ["0", "1", "2"]}, "0", "0"),
        ({"scale": ["0", "1", "2"], "reverse": True}, "0", "2"),
        ({"scale": ["0", "1", "2"]}, "2 - all", None),
        ({"scale": ["1 - Low", "2 - High"]}, "2 – high", "2 - High"),
        ({"scale": ["Never", "1-2 times", "3-4 times"]}, "1-2 times", "2 - 1-2 times"),
        ({"scale": SCALE}, "Marvellous", None),
        ({"scale": SCALE}, "6", None),
        ({"kind": "number"}, "ten", None),
        ({"kind": "number"}, "1 000.5", "1000.5"),
        ({"kind": "likert"}, "Agree", "Agree"),
    ],
)
def test_scales_are_read_by_label_and_by_code_and_nothing_else(
    said, answer, expected, asked
):
    text = lines(f"{HEAD},Q", f"ann,2026-01-01,{answer}")
    found = asked(text, questions={"Q": said}).loc[0]
    assert found["answer"] == (expected or answer)
    unread = None if expected else f"answer '{answer}'"
    assert (found["unreadable"] if unread else None) == unread
    assert pd.isna(found["unreadable"]) == (expected is not None)


@pytest.mark.parametrize(
    "blank", ["", "  ", "N/A", "n/a", "NA", "-", "\u00a0", "-99", "k. A."]
)
def test_blank_is_no_answer_and_never_zero(blank, asked):
    found = asked(lines(f"{HEAD},Q", "ann,2026-01-01,1", f"bob,2026-01-01,{blank}"))
    assert found["customer_id"].tolist() == ["ann"]


@pytest.mark.parametrize(
    ("answers", "scale"),
    [
        (["1", "2.5", "-3"], "number"),
        (["Yes", "No", "Yes"], "single"),
        (["1 - Bad", "2: Good", "2 - Good"], "likert"),
        (["Price,Quality", "Price"], "multiple"),
        (["Yes, often", "No, never"], "single"),
        ([f"Street {i}" for i in range(21)], "open"),
        ([f"49300000{i:04d}" for i in range(21)], "open"),  # numbers of telephones
        ([f"I would like that to be {i} times better, please" for i in "ab"], "open"),
    ],
)
def test_the_kind_of_a_question_is_judged_from_its_answers(answers, scale, asked):
    rows = [f'c{i},2026-01-01,"{a}"' for i, a in enumerate(answers)]
    found = asked(lines(f"{HEAD},Q", *rows), keep_text=True)
    assert set(found["scale"]) == {scale}
    kept = asked(lines(f"{HEAD},Q", *rows))
    assert (len(kept) == 0) == (scale == "open")


def test_options_may_be_separated_by_something_else(asked):
    text = lines(f"{HEAD},Q", "ann,2026-01-01,Price; Quality;", "bob,2026-01-01,Price")
    found = asked(text, separator=";", responses={"delimiter": ","})
    assert given(found, "Q") == ["Price", "Quality", "Price"]


def test_without_a_time_answers_are_undated(asked):
    found = asked(lines("customer_id,Q", "ann,1"))
    assert found["answered_at"].isna().all()
    assert found["unreadable"].isna().all()


def test_a_time_that_cannot_be_read_is_named(asked):
    found = asked(lines(f"{HEAD},Q", "ann,in May,1"))
    assert found["unreadable"].tolist() == ["answered_at 'in May'"]


def test_only_the_questions_listed_are_taken_by_header_or_import_id(asked):
    for name in ("Q4_1", "QID4_1"):
        found = asked("qualtrics.csv", questions=[name])
        assert set(found["question"]) == {SHOP}
    renamed = asked("qualtrics.csv", questions={"Q4_1": {"text": "Visits"}})
    assert set(renamed["question"]) == {"Visits"}


def test_fields_that_name_a_person_are_not_questions(asked, opened):
    text = lines(f"{HEAD},Mobile,Surname,How was our e-mail support?", "a,,1,Bo,2")
    assert set(asked(text)["question"]) == {"How was our e-mail support?"}
    assert "['Mobile', 'Surname']" in opened(text).notes[0]


def test_several_files_are_one_survey(asked, tmp_path):
    folder = tmp_path / "waves"
    folder.mkdir()
    text = (EXPORTS / "qualtrics.csv").read_text(encoding="utf-8")
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(text, encoding="utf-8")
    block = {"path": str(folder)}
    assert len(asked("qualtrics.csv", responses=block, decimal=",")) == 2 * len(
        qualtrics()
    )


# ---- time


def test_later_answers_never_touch_earlier_ones(opened, assert_untouched):
    early = [f"c{i},2026-01-0{i + 1},{a},yes" for i, a in enumerate("123")]
    late = [
        f'c{i},2026-02-01,"Text {i}, long and of its own, about {i}",no,x'
        for i in range(30)
    ]
    late = [row.rsplit(",", 1)[0] for row in late]
    one = opened(lines(f"{HEAD},Q1,Q2", *early))
    two = opened(lines(f"{HEAD},Q1,Q2", *early, *late))
    assert_untouched(one, two, "2026-01-31", tables=("answers",))


def test_rows_of_both_sides_stay_in_the_tables(opened):
    both = opened("qualtrics.csv", decimal=",")
    for origin in (0, 1_773_000_000, 2_000_000_000):
        assert both.before(origin)["answers"].count().execute() == len(qualtrics())


# ---- sentences


@pytest.mark.parametrize("head", ["Q1,Q1", "Q1,q1"])
def test_a_header_that_stands_twice_is_refused(head, opened):
    sentence = (
        r"^responses must hold each question once, but the header 'Q1' stands in it 2 "
        r"times\. Rename one of them in the file, or give it a text of its own under "
    )
    with pytest.raises(DataError, match=sentence):
        opened(lines(f"{HEAD},{head}", "ann,2026-01-01,1,2"))


def test_a_question_that_stands_twice_is_refused_until_it_is_named(opened):
    text = (EXPORTS / "qualtrics.csv").read_text(encoding="utf-8")
    text = text.replace("Wie oft kaufen Sie? - Im Laden", MATTERS)
    sentence = f"but the question '{MATTERS[:-1]}.' stands in it 2 times"
    with pytest.raises(DataError, match=sentence):
        opened(text)
    said = {"Q3": {"text": "Matters"}, "Q4_1": None}
    assert opened(text, questions=said).tables["answers"].count().execute() > 0


def test_a_matrix_is_no_header_that_stands_twice(asked):
    found = asked(lines(f"{HEAD},Q1,Q1_1", "ann,2026-01-01,1,2"))
    assert found["question"].tolist() == ["Q1", "Q1_1"]


def test_a_survey_of_nobody_is_refused(opened):
    sentence = (
        r"^responses must be a survey that says who answered, by customer id or "
        r"e-mail, but it has \['when', 'Q1'\]\. Name the column: "
    )
    with pytest.raises(DataError, match=sentence):
        opened(lines("when,Q1", "2026-01-01,2"))
    with pytest.raises(DataError, match=r"but this looks like LiveAgent contacts\. "):
        opened(lines("system_name,registration_email,emails", "a,b,c"))


@pytest.mark.parametrize("key", ["customer_id", "email", "answered_at"])
def test_a_column_that_is_not_there_is_named_with_a_guess(key, opened):
    sentence = (
        rf"^source\.{key} must name a column of the responses, but 'Kunder' is none\. "
        r"Did you mean 'Kunde'\?$"
    )
    with pytest.raises(DataError, match=sentence):
        opened(lines("Kunde,Q1", "ann,2"), **{key: "Kunder"})


def test_personal_data_cannot_be_asked_for_as_a_question(opened):
    sentence = r"^source\.questions must name questions, but 'RecipientEmail' is pers"
    with pytest.raises(ConfigError, match=sentence):
        opened("qualtrics.csv", questions=["RecipientEmail"])


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"headerz": 1}, r"'source\.headerz' is none\. Did you mean 'headers'\?$"),
        (
            {"questions": {"Q": {"kynd": "open"}}},
            r"'source\.questions\.Q\.kynd' is none\. Did you mean 'kind'\?$",
        ),
        (
            {"questions": {"Q": {"reverse": True}}},
            r"^source\.questions\.Q must have a scale to be reversed, but it has none",
        ),
        (
            {"questions": {"Q": {"scale": [True, False]}}},
            r"^source\.questions\.Q\.scale must hold labels, but YAML reads Yes and No",
        ),
        (
            {"questions": {"Q": {"scale": ["a", " A"]}}},
            r"scale must hold each label once, but one is there twice",
        ),
        (
            {"questions": {"Q": {"scale": ["a"], "kind": "open"}}},
            r"must be of kind likert to have a scale, but it is open\.",
        ),
        ({"timezone": "Berlin"}, r"^timezone must be an IANA name, but 'Berlin'"),
        ({"separator": ""}, r'^source\.separator must be text such as ",", but'),
        ({"date_format": "%"}, r"^source\.date_format must be a strptime format, but"),
    ],
)
def test_mistakes_of_the_block_are_one_sentence(block, sentence, opened):
    with pytest.raises(ConfigError, match=sentence):
        opened(lines(f"{HEAD},Q", "ann,2026-01-01,1"), **block)
