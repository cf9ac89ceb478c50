import streamlit as st

from core.bundled_files import BundledFileError
from core.data.mnist import scale
from core.figures.training import history_figure
from core.narrative import section
from core.nn.prediction import digit_name, predict_one
from pages.ui.components.chart import show_chart
from pages.ui.components.probability_bars import show_bars
from pages.ui.runs.own_runs import history_reader
from pages.ui.shell.navigation import CHAPTERS, button_to
from pages.ui.widgets.cached_models import model, test_set
from pages.ui.widgets.digit_images import show_digit
from pages.ui.widgets.found_digit import another_test_digit, hard_test_digit
from pages.ui.widgets.predictions import fall_in_words, scores_in_words, show_answer

PAGE = "start_here"

st.title("How does a neural network learn?")
st.markdown(section(PAGE, "what"))

run, reading = st.columns([1.25, 1], gap="large")
with run:
    st.header("A network's loss fell")
    st.markdown(section(PAGE, "learned"))
    try:
        record = history_reader("article").update()
        show_chart(history_figure(record), "loss", fall_in_words(record))
        st.caption(scores_in_words(model("article")))
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")

with reading:
    st.header("Now it reads")
    st.markdown(section(PAGE, "recognised"))
    try:
        test, network = test_set(), model("article")
        with st.container(horizontal=True):
            st.button("A hard one", icon=":material/psychology_alt:", on_click=hard_test_digit, args=("start_digit",))
            st.button("Another digit", icon=":material/casino:", on_click=another_test_digit, args=("start_digit",))
            button_to("draw_digit", "Draw one yourself", icon=":material/draw:", type="primary")
        index = st.session_state.setdefault("start_digit", 0)
        image = scale(test.images[index])
        answer = predict_one(network.network, image)
        with st.container(horizontal=True, vertical_alignment="center"):
            show_digit(image, f"Test digit {index}", 140)
            label = int(test.labels[index])
            show_answer("It reads", answer, "answer-0", label=label)
            wrong = "" if answer.digit == label else ":orange-badge[wrong] "
            st.markdown(f"{wrong}Its writer meant **{digit_name(label)}**.")
        show_bars({network.title: answer})
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")

st.header("The chapters")
chapters = ("explore_digits", "gradient_descent", "look_inside", "train_network", "compare_runs", "draw_digit")
with st.grid("auto", min_column_width=300):
    for name in chapters:
        with st.container(border=True, height="stretch", key=f"card-{name}"):
            st.page_link(CHAPTERS / f"{name}.py")
            st.markdown(section(PAGE, f"chapter {name}"))
st.caption(section(PAGE, "source"))
