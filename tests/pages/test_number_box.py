import pytest
from streamlit.testing.v1 import AppTest


def numbers():
    import streamlit as st

    from pages.ui.components.number_box import number_box

    epochs = number_box("Epochs", 1, 200, 8, key="epochs", width=150, bind="query-params")
    rate = number_box("Rate", -0.5, 2.5, 0.5, key="rate", width=150, persist_state="session")
    st.text(f"{epochs} and {rate}")


@pytest.mark.parametrize("sent", [-1, 201, 1e300, -1e300])
def test_whoever_sends_a_number_out_of_range_without_a_browser_gets_the_default(sent):
    at = AppTest.from_function(numbers).run()
    at.number_input(key="epochs").set_value(sent)
    at.number_input(key="rate").set_value(sent)
    at.run()
    assert not at.exception
    assert at.text[0].value == "8 and 0.5"


def test_an_address_out_of_range_gives_the_default():
    at = AppTest.from_function(numbers)
    at.query_params["epochs"] = "100000"
    assert at.run().text[0].value == "8 and 0.5"


def test_the_range_and_the_number_stand_in_words():
    at = AppTest.from_function(numbers).run()
    at.number_input(key="epochs").set_value(12).run()
    assert [each.value for each in at.caption] == [
        "Choose 1 to 200. For now it is 12.",
        "Choose −0.5 to 2.5. For now it is 0.5.",
    ]
