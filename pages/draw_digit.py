import streamlit as st

from core.narrative import section
from core.plain_text import plain
from pages.ui.predict.input_source import DRAW, TEST, choose_ink

PAGE = "draw_digit"

st.title("Draw a digit")
st.markdown(section(PAGE, "question"))

left, right = st.columns([1, 1.7], gap="large")
with left:
    ink, image = choose_ink()

# Imported only now, while the canvas is on its way to the browser: see pages/ui/predict/input_source.py.
from core.nn.prediction import predict_one  # noqa: E402
from pages.ui.components.probability_bars import show_bars  # noqa: E402
from pages.ui.predict.attribution import show_attribution  # noqa: E402
from pages.ui.predict.my_test_set import show_collection, show_correction, told_label  # noqa: E402
from pages.ui.predict.preprocessing_steps import preparation_strip, say_steps_off, show_steps  # noqa: E402
from pages.ui.runs.import_model import show_import  # noqa: E402
from pages.ui.runs.kept_model import keep, own_network  # noqa: E402
from pages.ui.runs.user_drawings import show_opening  # noqa: E402
from pages.ui.shell.visitor import set_owner_cookie  # noqa: E402
from pages.ui.widgets.cached_models import models_or_problems  # noqa: E402
from pages.ui.widgets.digit_images import show_digit  # noqa: E402
from pages.ui.widgets.found_digit import chosen_label  # noqa: E402
from pages.ui.widgets.predictions import answers_in_a_line, say_doubts, show_answers  # noqa: E402
from pages.ui.widgets.prepared import prepared as prepared_drawing  # noqa: E402

models = [*models_or_problems(), *(own := own_network())]
if own:
    set_owner_cookie()
with right:
    messages = st.container()
    # A place of their own, however much is said above: where a control moves to another place its panel closes.
    files = st.container(horizontal=True)
below = st.container()

prepared = strip = None
if ink and prepared_drawing(ink):
    with below.container():  # the answers in it stay in sight as long as it does
        strip = preparation_strip()
    if prepared := prepared_drawing(ink, strip.preparation):
        image = prepared.image if prepared.has_ink else None

if prepared and not prepared.has_ink:
    messages.warning(section(PAGE, "nothing left"), icon=":material/ink_eraser:")
elif image is None:
    if st.session_state.ink == DRAW:
        messages.info(section(PAGE, "only a dot" if ink and ink.box() else "invitation"), icon=":material/draw:")
    messages.markdown(section(PAGE, "networks"))
    for model in own:
        messages.markdown(f"**{plain(model.title)}** answers, too. {section(PAGE, 'own network')}")
elif models:
    answers = {model.title: predict_one(model.network, image) for model in models}
    from_test_set = st.session_state.ink == TEST  # its writer has told it already
    label = chosen_label() if from_test_set else told_label(image)
    with messages:
        with st.container(horizontal=True):
            show_answers(answers, label)
            show_digit(image, "The 28 by 28 pixels that the network sees", 112, "What they see")
        if prepared and prepared.has_two_parts:
            st.warning(section(PAGE, "two digits"), icon=":material/looks_two:")
        say_doubts(answers)
        if strip:
            say_steps_off(strip)
        show_bars(answers)
        st.caption(section(PAGE, "always one of ten"))
        if not from_test_set:
            show_correction(image, answers)
        st.caption(section(PAGE, "networks"))

if ink and strip and prepared:
    show_steps(strip, ink, prepared)
    if models and image is not None:
        strip.answers.markdown(answers_in_a_line(answers, label))
with files:
    show_import(keep)
    show_opening()
with below:
    if image is not None and models:
        show_attribution(models, image, answers)
    show_collection(models)
