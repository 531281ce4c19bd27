"""Tables that sort, as a reader's browser does it."""

import pytest
from browsing import violations

pytestmark = pytest.mark.slow

SIZES = "[aria-label='How big they are']"
AS_THEY_CAME = ["391", "514", "489", "612", "440"]


@pytest.fixture
def page(fake_pages, opened):
    return opened(fake_pages / "03_segmentation.html")


def column(page, place):
    cells = page.locator(f"{SIZES} tbody tr > :nth-child({place})")
    return [text.strip() for text in cells.all_inner_texts()]


def head(page, name):
    return page.locator(f"{SIZES} thead th").filter(has_text=name)


def sort(page, name):
    page.locator(SIZES).get_by_role("button", name=f"Sort by {name}").click()


def test_numbers_start_with_the_largest_then_turn_then_stand_as_they_came(page):
    found = []
    for _ in range(3):
        sort(page, "Customers")
        found.append(head(page, "Customers").get_attribute("aria-sort"))
        found.append(column(page, 2))
    up = sorted(AS_THEY_CAME)
    assert found == ["descending", up[::-1], "ascending", up, None, AS_THEY_CAME]


def test_names_start_from_a(page):
    sort(page, "Segment")
    assert column(page, 1) == sorted(column(page, 1))


def test_values_order_cells_and_missing_ones_stay_below(page):
    sort(page, "Stability")
    assert column(page, 3)[-2:] == ["<0.1\u202f%", "–"]
    sort(page, "Stability")
    shown = column(page, 3)
    assert (shown[0], shown[-1]) == ("<0.1\u202f%", "–")


def test_only_one_column_says_that_it_orders_the_rows(page):
    sort(page, "Stability")
    sort(page, "Customers")
    assert page.locator(f"{SIZES} [aria-sort]").count() == 1


def test_the_keyboard_sorts_and_the_outcome_is_said_aloud(page):
    button = page.locator(SIZES).get_by_role("button", name="Sort by Customers")
    button.focus()
    page.keyboard.press("Enter")
    assert column(page, 2)[0] == "612"
    assert page.locator("#st-said").inner_text() == "Sorted by Customers, descending"
    assert button.evaluate("b => b === document.activeElement")


def test_a_click_anywhere_on_a_head_sorts_but_not_on_its_term(page):
    head(page, "Customers").scroll_into_view_if_needed()
    box = head(page, "Customers").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + 3)
    assert column(page, 2)[0] == "612"
    page.locator(f"{SIZES} thead .st-term").click()
    assert head(page, "Stability").get_attribute("aria-sort") is None


def test_two_rows_get_no_buttons(page):
    twos = page.locator("[aria-label='Schemes in the contest']")
    assert twos.count() == 1
    assert twos.locator("button").count() == 0


def test_a_sorted_table_is_accessible(page):
    sort(page, "Stability")
    assert violations(page) == ""


def test_without_the_script_no_button_pretends_to_sort(fake_pages, opened):
    page = opened(fake_pages / "03_segmentation.html", java_script_enabled=False)
    assert page.locator(".st-sort").count() == 0
    assert column(page, 2) == AS_THEY_CAME
