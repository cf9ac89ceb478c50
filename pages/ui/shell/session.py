"""What one visitor's session remembers, in one typed place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from core.data.user_drawings import LabelledDrawing
    from core.drawing.preprocessing import PreprocessedDrawing, PreprocessingSteps
    from core.drawing.strokes import Ink, Strokes
    from core.explain.interventions import Interventions
    from core.explain.training_step import TrainerState
    from core.runs.config import TrainingConfig
    from core.runs.history import MetricSeries


@dataclass
class SteppingSession:
    """A network that is taught update by update: where it stands, and how the loss fell so far."""

    learner: TrainerState
    losses: MetricSeries  # of each update's batch, before it
    goal: int = 0  # updates that were asked for
    last_update: str = ""  # what the last update did, if it was taken alone


@dataclass
class Session:
    """All that outlives a page, beside the widgets that keep themselves."""

    chapter: str = ""  # the one that was open last
    going_to: tuple[str, dict[str, str]] | None = None  # the chapter that a button leads to, and what its address says
    addresses: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # what was set in a chapter, by its name
    canvas: dict[str, Any] | None = None  # the drawing, as the canvas last reported it
    canvas_at_mount: dict[str, Any] | None = None  # what it was given to start from; constant while shown
    is_canvas_shown: bool = False  # whether the last run that began showed it
    canvas_version: int = 0  # a new number is a new canvas
    strokes: tuple[Any, Strokes] | None = None  # what the canvas reported, and the strokes in it
    prepared_ink: Ink | None = None  # what was prepared last, and its steps by what was switched on
    prepared: dict[PreprocessingSteps, PreprocessedDrawing | None] = field(default_factory=dict)
    is_drawing_known: bool = False  # whether something was drawn, cleared or restored: until then the browser is asked
    opened_picture: tuple[str, Ink | str] | None = None  # its file's id, and its ink, or why there is none
    collection: list[LabelledDrawing] = field(default_factory=list)
    packed_collection: tuple[list[LabelledDrawing], str] | None = None  # one that was packed for the browser, and how
    removed_collection: list[LabelledDrawing] = field(default_factory=list)  # what can be brought back
    is_collection_known: bool = False  # as is_drawing_known
    opened_drawings: int = 0  # a new number is a new, empty uploader
    drawings_refused: str = ""  # why the last file of drawings was
    edited: str = ""  # the network that is changed by hand, by its name
    edits: Interventions | None = None  # what is changed in it
    edits_version: int = 0  # a new number is new controls
    stepped: SteppingSession | None = None  # the network that is taught update by update
    pointed_pair: tuple[float, float] | None = None  # on the momentum map: a learning rate and a momentum
    owner: str | None = None  # whose runs are whose: see visitor.py
    run: str | None = None  # the id of the run that is looked at
    is_run_lost: bool = False  # whether an address asked for one that is not here, until one turns to something else
    sweep: str | None = None  # the id of the sweep that is looked at
    settings: TrainingConfig | None = None  # of the next training, as the controls were left
    settings_address: dict[str, str] | None = None  # what the settings last wrote into the address
    chosen_loss: str | None = None  # what one came with from Three losses, as long as the settings have it
    deleted: str | None = None  # the run that was deleted last
    kept_run: str | None = None  # the run whose network answers on the draw page; "" when there is none
    bring_version: int = 0  # a new number is a new, empty uploader
    brought: str = ""  # what was read in the file that was brought last
    not_brought: str = ""  # why the last file was refused
    handed: dict[str, str] = field(default_factory=dict)  # by run: the token that was made to hand it over
    logarithmic: bool = False  # the axis of a loss, as it was chosen last by hand
    far_runs: set[str] = field(default_factory=set)  # whose loss has left its axis, which then became logarithmic
    watched_at: dict[str, float] = field(default_factory=dict)  # seconds of a clock, by run: when one last looked


def session() -> Session:
    """This visitor's session."""
    return st.session_state.setdefault("session", Session())
