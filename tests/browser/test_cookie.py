"""The name of a browser, in a cookie: by https no other host can plant it, nor is it ever sent in the clear."""

import secrets
import shutil
import subprocess

import pytest

from core.runs.config import TrainingConfig
from core.runs.run import Run
from tests.browser.app import LIMIT, serve


@pytest.fixture(scope="module")
def by_https(tmp_path_factory):
    """A server with a certificate that nobody has signed: its address, and the folder of its runs."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("https")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    (folder / "runs").mkdir()
    paths = {"STREAMLIT_SERVER_SSL_CERT_FILE": str(certificate), "STREAMLIT_SERVER_SSL_KEY_FILE": str(key)}
    with serve(RUNS_DIR=str(folder / "runs"), **paths) as (address, _):
        yield address.replace("http:", "https:"), folder / "runs"


def test_by_https_it_is_secure_and_of_this_host_and_the_earlier_one_goes(browser, by_https, tmp_path):
    address, folder = by_https
    name = secrets.token_urlsafe(16)
    run = Run.create(TrainingConfig(hidden_layers=(5,)), "Mine", name, folder=tmp_path)
    run.set_status("paused")
    shutil.move(run.path, folder / run.id)  # the training service there is not asked for its turn
    context = browser.new_context(ignore_https_errors=True)
    context.add_cookies([{"name": "visitor", "value": name, "url": address}])  # of an earlier version
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    page.goto(f"{address}/train_network?run={run.id}")
    page.get_by_role("button", name="Resume").wait_for()  # it is still known whose run it is
    page.wait_for_function("document.cookie.includes('__Host-visitor=')")
    (cookie,) = [one for one in context.cookies() if "visitor" in one["name"]]
    assert (cookie["name"], cookie["value"], cookie["secure"]) == ("__Host-visitor", name, True)
    assert (cookie["sameSite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "127.0.0.1")
    context.clear_cookies()
    context.add_cookies([cookie])
    page.reload()
    page.get_by_role("button", name="Resume").wait_for()  # by the new name alone
    context.close()


def test_by_http_it_has_its_earlier_name(open_page, runs_folder):
    run = Run.create(TrainingConfig(hidden_layers=(5,)), "Somebody's", secrets.token_urlsafe(16), folder=runs_folder)
    page = open_page(f"train_network?run={run.id}")
    page.wait_for_function("document.cookie.includes('visitor=')")
    assert [one["name"] for one in page.context.cookies() if "visitor" in one["name"]] == ["visitor"]
