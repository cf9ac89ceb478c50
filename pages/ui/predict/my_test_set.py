"""Telling what a drawing was, and the test set of one's own that grows from it."""

from collections.abc import Sequence

import streamlit as st

from core.data.user_drawings import LabelledDrawing, accuracies, add
from core.drawing.strokes import Picture
from core.figures.pictures import sprite_sheet, to_bytes
from core.importers.drawings_file import to_npz
from core.narrative import section
from core.nn.prediction import Prediction, digit_name, with_predictions
from core.plain_text import plain
from core.pretrained.registry import Model
from pages.ui.runs.fine_tuning import show_teaching_of_model
from pages.ui.runs.user_drawings import keep_drawings
from pages.ui.shell.session import session

PAGE = "draw_digit"


def told_label(image: Picture) -> int | None:
    """What this drawing was, if its writer has told."""
    shown = LabelledDrawing(to_bytes(image), 0, {}).key
    return next((item.label for item in session().collection if item.key == shown), None)


def show_correction(image: Picture, answers: dict[str, Prediction]) -> None:
    """Ten buttons: what was it really?"""
    digits = {title: answer.digit for title, answer in answers.items()}

    def keep(label: int) -> None:
        mine = session()
        try:
            mine.collection = add(mine.collection, LabelledDrawing(to_bytes(image), label, digits))
        except ValueError as error:
            st.toast(str(error))
        else:
            st.toast(f"Kept as {digit_name(label)}. You have {len(mine.collection)} so far.", icon=":material/check:")

    st.markdown("**It was a …**", help=section(PAGE, "correct"))
    with st.container(horizontal=True, gap="xsmall"):
        for digit in range(10):
            st.button(str(digit), key=f"was-{digit}", on_click=keep, args=(digit,))
    if (label := told_label(image)) is not None:
        st.caption(f"You said it was {digit_name(label)}. It is kept in your own test set, at the end of the page.")


def show_collection(models: Sequence[Model]) -> None:
    """The drawings kept so far, how many each network got right, the file to download, and networks to teach."""
    keep_drawings()
    mine = session()

    def take_back() -> None:
        mine.collection = mine.collection[:-1]

    def remove() -> None:
        mine.collection, mine.removed_collection = [], mine.collection

    def bring_back() -> None:
        mine.collection, mine.removed_collection = mine.removed_collection, []

    if not mine.collection:
        if count := len(mine.removed_collection):
            words = "drawing" if count == 1 else f"{count} drawings"
            st.button(f"Bring back my {words}", icon=":material/undo:", on_click=bring_back)
        return
    if any(not item.predictions for item in mine.collection):
        mine.collection = with_predictions(mine.collection, {model.title: model.network for model in models})
    with st.container(key="own-drawings"):
        st.header("Your own test set")
        right = " · ".join(
            f"{plain(title)}: **{share:.0%}** right" for title, share in accuracies(mine.collection).items()
        )
        count = len(mine.collection)
        st.markdown(f"{count} drawing{'s' if count > 1 else ''} · {right}")
        latest = mine.collection[-40:]
        labels = ", ".join(str(item.label) for item in latest)
        st.image(
            sprite_sheet([item.image for item in latest]),
            alt=f"Your drawings; they were: {labels}",
            caption=labels,
            output_format="PNG",
        )
        with st.container(horizontal=True):
            st.download_button(
                "Download",
                lambda: to_npz(mine.collection),
                "my_digits.npz",
                icon=":material/download:",
                on_click="ignore",
            )
            st.button("Remove the last", icon=":material/undo:", on_click=take_back)
            st.button("Remove all", icon=":material/delete:", on_click=remove)
            for model in models:
                show_teaching_of_model(model)
        st.caption(section(PAGE, "collection"))
