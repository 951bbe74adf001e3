"""The reader of pages finds what it is there to find."""

from __future__ import annotations

import pytest

from adapters.web.pages import Pages
from tests.web_reading.page import read


def page_with(html):
    """A page of ours with `html` in it, as no template would put it there."""
    return Pages().render("notice.html", title="T", text="MARK").replace("<p>MARK</p>", html)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<p>open", "where <p> is open"),
        ("<b>a</i>", "where <b> is open"),
        ('<p id="x">a</p><p id="x">b</p>', "twice"),
        ("<h1>Another</h1>", "not one h1"),
        ("<h4>Deep</h4>", "after <h1>"),
        ("<h2></h2>", "empty heading"),
        ('<img src="/x.png">', "without words"),
        ('<a href="/x"></a>', "without words"),
        ('<a href="#nowhere">x</a>', "nothing on the page"),
        ("<script>1</script>", "<script>"),
        ('<p onclick="x()">a</p>', "script"),
        ('<p style="color:red">a</p>', "script"),
        ('<link href="https://elsewhere.example/x.css">', "elsewhere"),
        ("<ul><p>a</p></ul>", "directly in <ul>"),
        ("<p><ul></ul></p>", "in a paragraph"),
    ],
)
def test_what_is_wrong_is_found(text, problem):
    assert problem in str(read(page_with(text)).problems)


def test_what_is_right_is_left_in_peace():
    assert read(page_with("<p>a</p>")).problems == []
