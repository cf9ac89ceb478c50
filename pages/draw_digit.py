import streamlit as st

from core.drawing import prepare
from core.narrative import section
from core.recognition import recognise
from pages.ui.answers import show_answers, show_bars
from pages.ui.bundled import models_or_problems
from pages.ui.chapters import enter
from pages.ui.collection import show_collection, show_correction
from pages.ui.evidence import show_evidence
from pages.ui.ink import choose_brush, choose_ink
from pages.ui.pictures import show_digit
from pages.ui.preparation import preparation_strip, show_steps

enter()

PAGE = "draw_digit"

st.title("Draw a digit")
st.markdown(section(PAGE, "question"))

left, right = st.columns([1, 1.7], gap="large")
with left:
    ink, image = choose_ink()
    verdict = st.container()
    choose_brush()
models = models_or_problems()
below = st.container()

prepared = strip = None
if ink and ink.box():
    with below:
        strip = preparation_strip()
    if prepared := prepare(ink, strip.preparation):
        image = prepared.image

if image is None:
    right.info(section(PAGE, "only a dot" if strip else "invitation"), icon=":material/draw:")
elif models:
    answers = {model.title: recognise(model.network, image) for model in models}
    with verdict:
        show_answers(answers)
    with right:
        bars, seen = st.columns([2.2, 1])
        with bars:
            show_bars(answers)
        with seen:
            show_digit(image, "The 28 by 28 pixels that the network sees", 168, "What the networks see: 28×28 pixels")
        show_correction(image, answers)
        st.caption(section(PAGE, "networks"))

if ink and strip and prepared:
    show_steps(strip, ink, prepared)
with below:
    if image is not None and models:
        show_evidence(models, image, answers)
    show_collection()
