"""A run is handed over by an address of its own; who has only the run's looks on, and is told what to do."""

import streamlit as st

from core.narrative import section
from core.runs.config import TrainingConfig
from core.runs.limits import why_not_trained
from core.runs.permissions import OWNER
from core.runs.run import INITIAL_WEIGHTS, Run
from pages.ui.runs.begin import begin_run
from pages.ui.runs.run_commands import permissions_of, refused_in_words
from pages.ui.shell.copy_address import show_copy_address
from pages.ui.shell.session import session

PAGE = "train_network"


def show_looking_on(run: Run, config: TrainingConfig) -> None:
    """For those who may not steer: why there are no controls, and the way to a run of one's own. In a fragment."""
    st.markdown(section(PAGE, "comes with the app" if run.is_pretrained else "looking on"))
    if not config.is_from_mnist_alone or (run.path / INITIAL_WEIGHTS).exists():
        return  # its drawings, and the network that it began with, are somebody else's
    refused = why_not_trained(config)
    st.button(
        "Train your own with these settings",
        icon=":material/content_copy:",
        type="primary",
        disabled=refused is not None,
        help=refused,
        on_click=begin_run,
        args=(config,),
    )


@st.fragment
def show_handing_over(run: Run) -> None:
    """For who began a run: an address that lets others steer it, too, and its end."""
    mine, hand = session(), permissions_of(run)
    if hand.role != OWNER:
        return

    def make() -> None:
        with refused_in_words():
            mine.handed[run.id] = hand.hand_over()

    def withdraw() -> None:
        with refused_in_words():
            hand.withdraw()
            mine.handed.pop(run.id, None)

    with st.popover("Hand it over", icon=":material/handshake:"):
        st.markdown(section(PAGE, "hand over"))
        opened = hand.co_owner_count
        if token := mine.handed.get(run.id) if opened is not None else None:
            show_copy_address("hand-over", "Copy the address that hands it over", {"run": run.id, "steer": token})
        label = "Make an address that hands it over" if opened is None else "Make a new address"
        st.button(label, icon=":material/key:", on_click=make)
        if opened is not None:
            by = f"{opened:,} {'browser' if opened == 1 else 'browsers'}" if opened else "nobody so far"
            st.caption(f"Opened by {by}. A new address ends the earlier one; who has opened that goes on steering.")
            st.button("Withdraw it from all", icon=":material/key_off:", on_click=withdraw)
