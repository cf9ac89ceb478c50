"""The router: every visit begins here and goes on to one chapter, a script in pages/."""

from pages.ui.chapters import open_chapter

open_chapter()
