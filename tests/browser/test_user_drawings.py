"""A test set of one's own outlives a reload, a tab and, as a file, the browser."""

from playwright.sync_api import expect

from tests.browser.app import SEVEN, answer, draw


def test_it_outlives_a_reload_and_a_tab(open_page):
    page = open_page("draw_digit")
    tell(page, 7)
    expect(own(page)).to_contain_text("1 drawing · For drawing: 100% right · As in the article: 100% right")
    page.wait_for_function("() => Object.keys(localStorage).some((name) => name.includes('how-neural-networks-learn'))")
    page.reload()
    expect(own(page)).to_contain_text("1 drawing · For drawing: 100% right · As in the article: 100% right")
    other = open_page("train_network", beside=page)
    expect(other.get_by_text("Add my drawing")).to_be_visible()


def test_what_is_removed_can_be_brought_back_and_is_gone_for_other_tabs(open_page):
    page = open_page("draw_digit")
    tell(page, 7)
    page.get_by_role("button", name="Remove all").click()
    expect(own(page)).to_be_hidden()
    other = open_page("draw_digit", beside=page)
    expect(other.get_by_text("Open drawings")).to_be_visible()
    expect(own(other)).to_be_hidden()
    page.get_by_role("button", name="Bring back my drawing").click()
    expect(own(page)).to_contain_text("1 drawing ·")


def test_a_file_of_it_is_opened_in_another_browser(open_page, tmp_path):
    page = open_page("draw_digit")
    tell(page, 7)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "my_digits.npz")
    other = open_page("draw_digit")
    other.get_by_role("button", name="Open drawings").click()
    (tmp_path / "other.npz").write_bytes(b"PK")
    other.locator("input[type=file]").last.set_input_files(tmp_path / "other.npz")
    expect(other.get_by_text("This is no test set from here")).to_be_visible()
    other.locator("input[type=file]").last.set_input_files(tmp_path / "my_digits.npz")
    expect(own(other)).to_contain_text("1 drawing · For drawing: 100% right")
    expect(other.get_by_text("This is no test set from here")).to_be_hidden()


def test_what_another_program_kept_there_is_left_out(open_page):
    page = open_page("draw_digit")
    tell(page, 7)
    expect(own(page)).to_be_visible()
    for kept in ("1", '{"at": 1e99, "value": "UEs="}', '{"at": 1e99, "value": [[]]}', "{"):
        page.evaluate(
            """(kept) => { for (const place of [sessionStorage, localStorage]) {
              place.setItem("how-neural-networks-learn.drawings", kept) } }""",
            kept,
        )
        page.reload()
        expect(answer(page)).to_have_text("7")
        expect(own(page)).to_be_hidden()
    tell(page, 7)
    expect(own(page)).to_contain_text("1 drawing ·")


def tell(page, digit):
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name=str(digit), exact=True).click()


def own(page):
    """What is said below the heading of one's own test set."""
    return page.locator(".st-key-own-drawings")
