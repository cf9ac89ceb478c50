"""The charts of a page, as the server sends them."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def charts_of(at: AppTest) -> list[dict[str, Any]]:
    """What each chart was sent, in the page's order: its figure as JSON, and its words for those who do not see it."""
    sent = [json.loads(part.proto.json) for part in at.get("bidi_component") if part.proto.json]
    return [data for data in sent if "figure" in data]


def words_of(at: AppTest) -> list[str]:
    """What each chart of a page shows, in words."""
    return [data["words"] for data in charts_of(at)]


def figure_of(data: dict[str, Any]) -> dict[str, Any]:
    """The figure of a chart, its traces and its layout."""
    return json.loads(data["figure"])
