"""What is trained next: what may be chosen, what it costs, and the button that begins it."""

import streamlit as st

from core.bundled_files import BundledFileError
from core.figures.training import history_figure
from core.narrative import section
from core.plain_text import plain
from core.runs.config import TrainingConfig
from core.runs.limits import why_not_trained
from core.runs.presets import PRESETS
from core.runs.run import Run
from pages.ui.components.chart import show_chart
from pages.ui.components.number_box import for_good_numbers
from pages.ui.runs import own_runs
from pages.ui.runs.begin import begin_chosen
from pages.ui.runs.service_trouble import show_trouble
from pages.ui.runs.settings_form import (
    choose_preset,
    current_settings,
    preset_of,
    say_own_seed,
    say_what_was_chosen,
    show_settings,
)
from pages.ui.runs.user_drawings import keep_drawings
from pages.ui.train.estimate import show_cost
from pages.ui.widgets import cached_models
from pages.ui.widgets.predictions import fall_in_words, scores_in_words

PAGE = "train_network"


def show_next_training() -> None:
    """A preset or settings of one's own; whoever has a run at work is led to it instead."""
    st.markdown(section(PAGE, "question"))
    config = current_settings()
    say_what_was_chosen(config)
    choose_preset(config)
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        if name := preset_of(config):
            st.markdown(PRESETS[name].lesson)
        say_own_seed(config)
        show_cost(config)
        show_trouble()
        _show_begin(config)
    with right:
        _show_articles()
    show_settings(config)
    keep_drawings()


def _show_begin(config: TrainingConfig) -> None:
    active, refused = own_runs.active_run(), why_not_trained(config)
    if refused:
        st.error(refused, icon=":material/memory:")
    if active:
        metadata = active.metadata_or_none()
        title = plain(metadata.title if metadata else "")
        st.info(f"Your run *{title}* is at work. One at a time.", icon=":material/hourglass_top:")
        st.button("Watch it", type="primary", icon=":material/visibility:", on_click=own_runs.look_at, args=(active,))
        return
    for_good_numbers("train").button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        disabled=refused is not None,
        on_click=begin_chosen,
        args=(config,),
    )


def _show_articles() -> None:
    """How the article's network learned, until there is a curve of one's own."""
    st.markdown(section(PAGE, "before"))
    try:
        record = own_runs.history_reader("article").update()
        show_chart(history_figure(record), "article-loss", fall_in_words(record))
        st.caption(scores_in_words(cached_models.model("article")))
        st.button(
            "Look at its whole training",
            icon=":material/visibility:",
            on_click=own_runs.look_at,
            args=(Run.pretrained("article"),),
        )
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")
