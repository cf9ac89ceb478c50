"""Words of somebody else in the places where Streamlit reads Markdown: they are shown as they are, and nothing else."""

import json
import string

import pytest
from playwright.sync_api import expect

from core.paths import ROOT
from tests.browser.app import serve

SIGNS = string.punctuation
TEXTS = [
    "[Log in](//evil.example/)",
    "![](//evil.example/x.png) ![a][b] [b]: //evil.example",
    "<https://evil.example> https://evil.example/login www.evil.example/login WWW.evil.example",
    "mail@evil.example mailto:mail@evil.example xmpp:a@evil.example ftp://evil.example",
    "*a* _b_ **c** __d__ ***e*** ~f~ ~~g~~ ==h== snake_case_name",
    ":red[a] :blue-background[b] :green-badge[c] :small[d] :rainbow[e] :color[f]{foreground=red} :help[g] :unknown[h]",
    ":material/home: :material_home: :streamlit: :shortcode:",
    ":+1: :-1: :smile: :) :-( <3",
    "$a^2$ $$b$$ \\(c\\) \\[d\\] 3 $ and 4 $",
    "`a` ``b`` ```c``` ~~~d~~~",
    "<b>a</b> <img src=//evil.example/x.png> <script>b()</script> <!-- c --> &amp; &#58; &copy",
    "# a",
    "###### a #",
    "- a",
    "* a",
    "+ [x] a",
    "1. a",
    "2) a",
    "> a",
    "---",
    "***",
    "===",
    "| a | b |",
    "[^1] [^1]: note",
    "::leaf[a] :::container",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "->",
    "\\ \\\\ \\* \\n",
    "{{a}} %s %(a)s {0}",
    "'a' \"b\"",
    *(" ".join(f"{first}{second} a{first}{second}a" for second in SIGNS) for first in SIGNS),
]
BEGINNINGS = [f"{number}{sign}{after}" for sign in SIGNS for number in ("", "1") for after in ("", " a", "a", sign * 2)]
PAGE = """
import json, sys
from pathlib import Path
import streamlit as st
sys.path.insert(0, {root!r})
from core.plain_text import plain
texts, beginnings = json.loads(Path({texts!r}).read_text())
for number, text in enumerate(texts):
    shown = plain(text, 1000)
    with st.container(key=f"text-{{number}}"):
        st.markdown(shown)
        st.warning(f"Before {{shown}}, after.")
        st.caption(f"*Before {{shown}}*, **after {{shown}}**")
        st.button(shown, key=f"button-{{number}}")
        st.segmented_control("Choose", [text], format_func=lambda _, shown=shown: shown, key=f"chosen-{{number}}")
with st.container(key="beginnings"):
    for text in beginnings:
        st.markdown(plain(text))
"""
PLACES = ":is([data-testid=stMarkdownContainer], [data-testid=stCaptionContainer])"
# What text alone is made of, and the emphasis that the page above writes itself.
OTHERS = f"""
[...document.querySelectorAll("{PLACES} *")].map(one => one.outerHTML)
    .filter(html => !/^<(p|em|strong|span)>/.test(html))
"""


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory):
    """The page's texts, its elements that are not text alone, and what it asked of others."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "texts.json").write_text(json.dumps([TEXTS, BEGINNINGS]))
    (folder / "page.py").write_text(PAGE.format(root=str(ROOT), texts=str(folder / "texts.json")))
    with serve(folder / "page.py") as (address, _):
        page = browser.new_page()
        abroad = []
        page.on("request", lambda request: request.url.startswith((address, "data:")) or abroad.append(request.url))
        page.goto(address)
        beginnings = page.locator(f".st-key-beginnings {PLACES}")
        expect(page.locator(f"[class*=st-key-text-] {PLACES}")).to_have_count(6 * len(TEXTS))
        expect(beginnings).to_have_count(len(BEGINNINGS))
        written = [page.locator(f".st-key-text-{n} {PLACES}").all_inner_texts() for n in range(len(TEXTS))]
        yield written, beginnings.all_inner_texts(), page.evaluate(OTHERS), abroad
        page.close()


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_text_is_shown_as_it_is(shown, number):
    text = TEXTS[number]
    paragraph, warning, caption, button, _, option = shown[0][number]
    assert paragraph == button == option == text
    assert warning == f"Before {text}, after."
    assert caption == f"Before {text}, after {text}"


def test_so_is_one_that_begins_as_a_list_or_a_heading_does(shown):
    assert shown[1] == BEGINNINGS


def test_nothing_but_text_is_made_of_it(shown):
    assert shown[2] == []


def test_nobody_else_is_asked_for_anything(shown):
    assert shown[3] == []
