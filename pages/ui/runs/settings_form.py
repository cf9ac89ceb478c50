"""The settings of a training: each control with what it does to learning, and all of them in the address."""

import hashlib
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.data.mnist import VALIDATION_COUNT
from core.narrative import section
from core.nn.learning_rate_schedules import SCHEDULES
from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS
from core.runs.settings import ALL_DIGITS, EARLIER_NAMES, LAYERS, SETTINGS, UNITS, Setting
from pages.ui.components.number_box import forget_bad_numbers, number_box
from pages.ui.shell.session import session
from pages.ui.shell.visitor import is_known, owner_id

PAGE = "train_network"
OWN_SEED = "own"  # in an address, instead of a seed: whoever opens it gets their own
SEEDS = 1_000_000  # so many: among 30 visitors two have the same one once in 2,300 times
FIRST = PRESETS["quick"].config
WORDS = {
    "categorical_crossentropy": "cross entropy",
    "mean_squared_error": "mean squared error",
    "binary_crossentropy": "binary cross entropy",
    "sgd": "SGD",
    "momentum": "momentum",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "glorot_uniform": "glorot",
    "he_normal": "he",
    "random_normal": "small random",
    "zeros": "zeros",
    **{name: schedule.title for name, schedule in SCHEDULES.items()},
    "validation": "validation digits",
    "test": "test digits",
}


def option_in_words(name: str) -> str:
    """One of the choices of a setting as pages say it: an optimizer, a loss; its own name, where no other is known."""
    return WORDS.get(name, name)


def value_in_words(value: Any) -> str:
    """Any setting's value as pages say it: a number, a choice, a switch, the units of layers; a dash for an unknown."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else option_in_words(value)


def settings_in_address() -> dict[str, str]:
    """What the address says of settings."""
    known = {*TrainingConfig().to_dict(), *EARLIER_NAMES}
    return {name: value for name, value in st.query_params.items() if name in known}


def current_settings() -> TrainingConfig:
    """The settings as they stand: from the address when it is new, else as the controls were left."""
    mine = session()
    address = settings_in_address()
    if address.get("seed") == OWN_SEED:
        address["seed"] = str(own_seed())
    config = mine.settings or FIRST
    if address and address != mine.settings_address:
        try:
            config = TrainingConfig.from_query(address)
        except ValueError as error:
            st.warning(f"{error} The settings below are the page's own.", icon=":material/link_off:")
        load_settings(config)
    elif mine.settings is None or "set_optimizer" not in st.session_state:
        load_settings(config)
    else:
        config = settings_of_controls(config)
    mine.settings = config
    mine.settings_address = config.to_query() or {"optimizer": config.optimizer}
    st.query_params.from_dict(mine.settings_address)
    return config


def own_seed() -> int:
    """A seed that this visitor has alone, as good as surely; the same tomorrow, once something was trained here."""
    return int.from_bytes(hashlib.sha256(f"seed {owner_id()}".encode()).digest()[:8], "big") % SEEDS


def say_own_seed(config: TrainingConfig) -> None:
    """One sentence for who came by an address that leaves the seed to whoever opens it."""
    if is_known() and config.seed == own_seed():
        st.markdown(f":material/casino: Your own seed: **{config.seed}**. Others who open that address get other ones.")


def load_settings(config: TrainingConfig) -> None:
    """Set all controls to these settings: before the controls are shown, or in a callback."""
    session().settings = config
    for name, value in config.to_dict().items():
        st.session_state[f"set_{name}"] = value
    st.session_state.set_hidden_layers = len(config.hidden_layers)
    for number, units in enumerate(config.hidden_layers):
        st.session_state[f"set_units_{number}"] = units


def for_next_run(config: TrainingConfig) -> TrainingConfig:
    """A run's settings, to begin another one with: only a network that was taught must be checked on test digits."""
    return replace(config, validate_on=TrainingConfig.validate_on) if config.own_drawings else config


def settings_of_controls(before: TrainingConfig) -> TrainingConfig:
    """The settings as the controls say; `before` says what they do not. A callback asks for them once more, since a
    number that is typed just before a button is pressed arrives together with the press."""
    state = st.session_state
    count = state.set_hidden_layers
    units = tuple(state.get(f"set_units_{number}", 100) for number in range(count))
    values = {name: state.get(f"set_{name}", value) for name, value in before.to_dict().items()}
    if values["validate_on"] == "validation":
        values["training_images"] = min(values["training_images"], ALL_DIGITS - VALIDATION_COUNT)
    elif before.validate_on == "validation" and before.training_images == ALL_DIGITS - VALIDATION_COUNT:
        values["training_images"] = ALL_DIGITS  # all that there are
    state.set_training_images = values["training_images"]
    values["own_drawings"] = len(session().collection) if state.get("set_add_own") else 0
    values["template_images"] = 0
    return TrainingConfig(**{**values, "hidden_layers": units})


def choose_preset(config: TrainingConfig) -> None:
    """Settings to begin with; the one that equals the settings is marked."""

    def load() -> None:
        if name := st.session_state.preset:
            load_settings(PRESETS[name].config)

    forget_bad_numbers()
    st.session_state.preset = preset_of(config)
    st.pills("Begin with", list(PRESETS), format_func=lambda name: PRESETS[name].title, key="preset", on_change=load)


def preset_of(config: TrainingConfig) -> str | None:
    """The name of the preset that these settings are; own drawings may have joined it, and the seed be another."""
    config = replace(config.from_mnist_alone(), own_weight=TrainingConfig.own_weight, seed=TrainingConfig.seed)
    return next((name for name, preset in PRESETS.items() if preset.config == config), None)


def title_of(config: TrainingConfig) -> str:
    """A name for a run with these settings."""
    if name := preset_of(config):
        return PRESETS[name].title + (f", seed {config.seed}" if config.seed != PRESETS[name].config.seed else "")
    layers = f"{'-'.join(map(str, config.hidden_layers))} units" if config.hidden_layers else "no hidden layer"
    return f"{layers}, {option_in_words(config.optimizer)}, rate {config.learning_rate:g}"


def say_what_was_chosen(config: TrainingConfig) -> None:
    """One sentence on a loss that one came with from another chapter, as long as the settings have it."""
    if session().chosen_loss != config.loss:
        session().chosen_loss = None
        return
    st.info(
        f"Chosen: **{option_in_words(config.loss)}**, from *Three losses*. Below it is marked under *How it learns*.",
        icon=":material/check:",
    )


def show_settings(config: TrainingConfig) -> None:
    """All controls, in three columns."""
    network, learning, digits = st.columns(3, gap="large")
    with network:
        st.header("The network")
        number_box("Hidden layers", 0, int(LAYERS.maximum), key="set_hidden_layers", persist_state="session", width=160)
        if config.hidden_layers:
            with st.container(horizontal=True, gap="xsmall"):
                for number in range(len(config.hidden_layers)):
                    st.session_state.setdefault(f"set_units_{number}", 100)
                    number_box(
                        f"Units {number + 1}",
                        int(UNITS.minimum),
                        int(UNITS.maximum),
                        key=f"set_units_{number}",
                        width=104,
                        persist_state="session",
                    )
        st.caption(section(PAGE, "layers"))
        for name in ("activation", "initializer", "dropout", "l2"):
            _show_setting(name)
    with learning:
        st.header("How it learns")
        with st.container(border=session().chosen_loss is not None):
            _show_setting("loss")
        for name in ("optimizer", "learning_rate", "learning_rate_schedule", "batch_size", "epochs", "seed"):
            _show_setting(name)
    with digits:
        st.header("What it learns from")
        _show_setting("training_images", *([ALL_DIGITS] if config.validate_on == "test" else []))
        for name in ("validate_on", "distortion"):
            _show_setting(name)
        st.toggle("Shuffle the labels", key="set_shuffled_labels", persist_state="session")
        st.caption(section(PAGE, "shuffled_labels"))
        if count := len(session().collection):
            st.toggle(
                "Add my drawing" if count == 1 else f"Add my {count} drawings",
                key="set_add_own",
                persist_state="session",
            )
            if config.own_drawings:
                own = SETTINGS["own_weight"]
                st.slider(own.label, int(own.minimum), int(own.maximum), key="set_own_weight", persist_state="session")
            st.caption(section(PAGE, "own"))


def _show_setting(name: str, *more: float) -> None:
    """The control of a setting, and below it what it does to learning; `more` are further places of its slider.

    A slider's places are no even steps; a value from an address finds its place among them.
    """
    setting, key = SETTINGS[name], f"set_{name}"
    if setting.choices:
        st.segmented_control(
            setting.label,
            setting.choices,
            default=getattr(TrainingConfig, name),
            format_func=option_in_words,
            required=True,
            key=key,
            persist_state="session",
            wrap=True,
        )
    elif setting.offered:
        st.select_slider(
            setting.label,
            sorted({*setting.offered, *more, st.session_state[key]}),
            key=key,
            format_func=partial(_number_in_words, setting),
            persist_state="session",
        )
    else:
        low, high = int(setting.minimum), int(setting.maximum)
        number_box(setting.label, low, high, key=key, persist_state="session", width=160)
    st.caption(section(PAGE, name))


def _number_in_words(setting: Setting, value: float) -> str:
    return f"{value:,}" if setting.is_integer else f"{value:g}"
