"""The style guide draws every section, and only for those who may see it."""

import re

import pytest
from django.conf import settings as shipped
from django.urls import reverse

from portal.styleguide import SECTIONS

CSS = sorted((shipped.BASE_DIR / "static").glob("*.css"))
TEMPLATES = sorted((shipped.BASE_DIR / "templates").rglob("*.html"))
# What Chromium 86 does not know: a browser drops the whole rule.
TOO_NEW = re.compile(r"color-mix\(|:has\(|light-dark\(|@container|oklch\(|:is\(|:where\(|\binset:|aspect-ratio")


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_drawn(client, section):
    response = client.get(reverse("styleguide-section", args=[section]))
    assert response.status_code == 200
    html = response.content.decode()
    assert len(re.findall(r"<h1", html)) == 1
    assert "style=" not in html
    assert not re.search(r"\son\w+=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)


@pytest.mark.django_db
def test_other_sections_are_not_there(client):
    assert client.get("/styleguide/nowhere/").status_code == 404


@pytest.mark.django_db
def test_in_production_only_an_admin_sees_it(client, settings, admin, staff):
    settings.EMBEDDED = False
    assert client.get(reverse("styleguide")).status_code == 404
    client.force_login(staff)
    assert client.get(reverse("styleguide")).status_code == 404
    client.force_login(admin)
    assert client.get(reverse("styleguide")).status_code == 200


@pytest.mark.django_db
def test_a_sample_form_changes_nothing(client):
    response = client.post(reverse("styleguide-section", args=["forms"]), {"title": "x"})
    assert response.url == reverse("styleguide-section", args=["forms"])


@pytest.mark.django_db
def test_the_sample_job_finishes(client):
    first = client.get(reverse("styleguide-progress", args=[1])).content.decode()
    assert reverse("styleguide-progress", args=[2]) in first
    assert "hx-get" not in client.get(reverse("styleguide-progress", args=[10**6])).content.decode()


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_old_browsers_know_every_rule(path):
    assert TOO_NEW.findall(path.read_text(encoding="utf-8")) == []


def test_colours_are_named_once():
    """Outside the tokens a colour is a token; white on a coloured ground and shadows are the exceptions."""
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b")
    found = {
        (path.name, colour)
        for path in CSS
        if path.name not in ("tokens.css", "print.css")
        for colour in literal.findall(path.read_text(encoding="utf-8"))
        if colour != "#fff"
    }
    assert found == set()


def test_templates_carry_no_inline_style_or_script():
    bad = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\bsrc=)|\|\s*safe\b|hx-on|hx-vals=['\"]js:")
    assert [path.name for path in TEMPLATES if bad.search(path.read_text(encoding="utf-8"))] == []
