"""The server: `streamlit run` serves what is called `app` here, and each visit runs its script, the router."""

from core.runs.environment import exit_if_invalid

exit_if_invalid()  # before the limits are imported, which would only break the pages that need them

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: E402

from core.paths import ROOT  # noqa: E402

if get_script_run_ctx(suppress_warning=True) is None:
    from pages.ui.shell.compressed_files import CompressedFiles
    from pages.ui.shell.server_life import while_serving

    app = st.App(ROOT / "pages/ui/shell/router.py", lifespan=while_serving, middleware=[Middleware(CompressedFiles)])
else:  # run as a script, as Streamlit's AppTest does: it shows the same
    from pages.ui.shell.navigation import open_chapter

    open_chapter()
