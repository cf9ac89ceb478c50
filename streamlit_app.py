"""The router: every visit begins here and goes on to one chapter, a script in pages/."""

from core.runs.environment import exit_if_invalid

exit_if_invalid()  # before the limits are imported, which would only break the pages that need them

from pages.ui.shell.navigation import open_chapter  # noqa: E402

open_chapter()
