"""The script that Streamlit runs at each visit: it goes on to one chapter, a script in pages/."""

from pages.ui.shell.navigation import open_chapter

open_chapter()
