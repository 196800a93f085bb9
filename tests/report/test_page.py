"""The page in words: what a reader, a screen reader or an attacker finds in its markup."""

import json
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from displacement.report import Publication, render_page
from tests.report import examples

ATTACK = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
CHARTS_ONLY = re.compile(r'<script type="application/json" id="specs">(.*?)</script>', re.DOTALL)


class Elements(HTMLParser):
    """Start tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def case() -> str:
    return render_page(examples.syria(conflicts=[examples.conflict()]))


def test_the_answer_stands_in_one_sentence_beside_the_naive_sum(case: str) -> None:
    text = Elements(case).text
    assert (
        "About 152,000 people were newly displaced from Hama and Idleb between 1 November 2017 "
        "and 6 January 2018." in text
    )
    assert "99,000 to 209,000" in text
    assert "Counted by Local volunteers and UNHCR." in text
    assert "Adding up every figure would have said 180,000: 28,300 more" in text


def test_the_latest_stock_names_its_counter_and_age(case: str) -> None:
    text = Elements(case).text
    assert "Idleb 1,100,000 900,000 to 1,320,000 31 Jan 2018 27 days earlier United Nations" in text


def test_every_link_inside_the_page_has_its_target(case: str) -> None:
    elements = Elements(case)
    targets = {attributes["id"] for _, attributes in elements.found if "id" in attributes}
    inside = [link["href"][1:] for link in elements.named("a") if link["href"].startswith("#")]
    assert "figure-unhcr" in inside
    assert set(inside) <= targets


def test_ids_are_unique_and_headings_never_skip_a_level(case: str) -> None:
    elements = Elements(case)
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in elements.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_has_a_language_and_every_chart_a_description(case: str) -> None:
    elements = Elements(case)
    assert elements.named("html")[0]["lang"] == "en"
    charts = [one for one in elements.named("div") if one.get("class") == "chart"]
    assert len(charts) == 4
    assert all(chart["aria-label"] for chart in charts)


def test_the_page_loads_nothing_and_its_policy_forbids_it(case: str) -> None:
    elements = Elements(case)
    assert not [one for _, one in elements.found if "src" in one]
    assert not elements.named("link")
    policy = elements.named("meta")[1]["content"]
    assert policy.startswith("default-src 'none'")
    assert policy.count("'sha256-") == 2
    assert "unsafe-eval" not in policy
    assert "@import" not in case
    assert "@font-face" not in case


def test_scripts_are_inlined_once_for_all_charts(case: str) -> None:
    assert len(Elements(case).named("script")) == 3


def test_the_same_tables_give_the_same_bytes(case: str) -> None:
    assert render_page(examples.syria(conflicts=[examples.conflict()])) == case


def test_untrusted_words_never_become_markup() -> None:
    wild = examples.figure(
        'a"><b>',
        counter=ATTACK,
        publisher=ATTACK,
        quote=ATTACK,
        area_text=ATTACK,
        url=f"javascript:{ATTACK}",
        event_id=ATTACK,
    )
    page = render_page(
        examples.publication(
            [wild],
            estimates=[examples.cells()[0] | {"event_id": ATTACK}],
            conflicts=[examples.conflict() | {"text": ATTACK, "counter": ATTACK}],
            rejected=[examples.rejection(1) | {"reason": ATTACK, "value": ATTACK}],
            runs=[examples.run(message=ATTACK, failed=True)],
            totals=[examples.TOTAL | {"counters": ATTACK}],
            speaks=['a"><b>'],
        )
    )
    elements = Elements(page)
    assert len(elements.named("script")) == 3
    assert not elements.named("img")
    assert not elements.named("b")
    assert not [one for one in elements.named("a") if one["href"].startswith("javascript")]
    assert ATTACK in elements.text
    (specs,) = CHARTS_ONLY.findall(page)
    assert ATTACK in json.dumps(json.loads(specs), ensure_ascii=False).replace('\\"', '"')


def test_no_tables_give_a_calm_page() -> None:
    text = Elements(render_page(Publication("empty", date(2018, 1, 31), {}))).text
    assert "There is nothing to reconcile yet" in text
    assert "No contradictions" in text
    assert "Everything that arrived became a figure." in text


def test_only_stocks_are_enough_for_a_page() -> None:
    page = render_page(examples.publication([examples.stock()], stocks=examples.stock_days(days=1)))
    text = Elements(page).text
    assert "No figure tells how many people moved over a period" in text
    assert "Internally displaced people, by place" in text


def test_hundreds_of_figures_all_stand_in_the_evidence() -> None:
    rows = [
        examples.volunteers(f"f{number}", source_record_id=f"book{number % 9}.xlsx#{number}")
        for number in range(400)
    ]
    page = render_page(examples.publication(rows, totals=[examples.TOTAL]))
    assert page.count('<tr id="figure-f') == 400


def test_rejections_are_counted_and_the_first_fifty_explained(case: str) -> None:
    text = Elements(case).text
    assert "60 rows or numbers were not taken" in text
    assert "inbox age 30 inbox killed 30" in text
    assert case.count("counts no displaced people.") == 50


def test_a_source_that_failed_is_named_at_the_top() -> None:
    page = render_page(examples.syria(runs=[examples.run(failed=True, message="No answer.")]))
    text = Elements(page).text
    assert text.index("inbox could not be read in the last run.") < text.index("In short")


def test_totals_without_their_columns_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="lack the column"):
        Publication("x", date(2018, 1, 31), {}, pd.DataFrame({"measure": []}))


def test_importing_the_report_does_not_import_the_charting_library() -> None:
    code = "import sys, displacement.report; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
