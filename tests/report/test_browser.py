"""The page in a real browser: drawn, quiet, and without a single request to the network."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from displacement.report import render_page
from tests.report import examples

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no chromium with chromedriver here"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for option in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
        "--window-size=1100,900",
    ):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=DRIVER))
    driver.get("about:blank")
    yield driver
    driver.quit()


def opened(browser: webdriver.Chrome, page: str, path: Path) -> None:
    """Show the page and wait until every chart is drawn."""
    path.write_text(page, encoding="utf-8")
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(path.as_uri())
    every = len(browser.find_elements(By.CSS_SELECTOR, ".chart"))
    WebDriverWait(browser, 10).until(
        lambda shown: len(shown.find_elements(By.CSS_SELECTOR, ".chart[data-drawn]")) == every
    )


def requested(browser: webdriver.Chrome) -> set[str]:
    """Addresses that the browser asked for since the page was opened."""
    messages: list[dict[str, Any]] = [
        json.loads(entry["message"])["message"] for entry in browser.get_log("performance")
    ]
    return {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }


def test_every_chart_is_drawn_without_errors_or_network(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    opened(browser, render_page(examples.syria()), path)
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}
    daily, figures, comparison, stock = browser.find_elements(By.CSS_SELECTOR, ".chart svg")
    assert len(daily.find_elements(By.CSS_SELECTOR, ".mark-area path, .mark-line path")) >= 2
    assert len(figures.find_elements(By.CSS_SELECTOR, ".mark-rect path")) == 3
    assert "UNHCR: more than 60,000 people" in figures.text
    assert "Local volunteers: nearly 120,000 people" in figures.text
    assert len(comparison.find_elements(By.CSS_SELECTOR, ".mark-rect path")) >= 4
    assert "Adding up every figure: 180,000" in comparison.text
    assert stock.find_elements(By.CSS_SELECTOR, ".mark-line path")


def test_days_stand_where_they_belong_in_every_time_zone(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    page = render_page(examples.syria())
    seen = []
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": zone})
        opened(browser, page, tmp_path / "report.html")
        seen.append([svg.text for svg in browser.find_elements(By.CSS_SELECTOR, ".chart svg")])
    assert seen[0] == seen[1]
    assert "1 Nov" in seen[0][0]


def test_a_narrow_screen_needs_no_sideways_scrolling(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    narrow = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    opened(browser, render_page(examples.syria()), tmp_path / "report.html")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    widths = browser.execute_script(
        "return [...document.querySelectorAll('.chart svg')].map(svg => svg.clientWidth)"
    )
    assert all(0 < width <= 360 for width in widths)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_hostile_words_run_nothing(browser: webdriver.Chrome, tmp_path: Path) -> None:
    attack = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
    rows = [
        examples.figure("unhcr", counter=attack, quote=attack),
        examples.volunteers(area_text=attack),
    ]
    page = render_page(
        examples.publication(
            rows,
            estimates=examples.cells(),
            totals=[examples.TOTAL | {"counters": attack}],
            speaks=["unhcr", "volunteers"],
        )
    )
    opened(browser, page, tmp_path / "report.html")
    bar = browser.find_elements(By.CSS_SELECTOR, ".chart")[1].find_element(
        By.CSS_SELECTOR, ".mark-rect path"
    )
    webdriver.ActionChains(browser).move_to_element(bar).perform()
    WebDriverWait(browser, 5).until(
        lambda shown: shown.find_elements(By.CSS_SELECTOR, "#vg-tooltip-element.visible")
    )
    assert browser.title.startswith("Displacement figures")
    assert not browser.find_elements(By.CSS_SELECTOR, "img")
    assert browser.get_log("browser") == []


def test_an_empty_page_is_quiet(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    opened(browser, render_page(examples.publication()), path)
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}
