from portal import assets, catalogues
from portal.management.commands.test import pytest_arguments

SPRITE = '<svg><symbol id="house" viewBox="0 0 1 1"><path/></symbol><symbol class="x" id="person"><g/></symbol></svg>'


def test_the_sprite_holds_the_named_icons_alone():
    sprite, missing = assets.cut_sprite(SPRITE, ["person"])
    assert 'id="person"' in sprite
    assert "house" not in sprite
    assert missing == []


def test_a_name_without_icon_is_reported():
    assert assets.cut_sprite(SPRITE, ["house", "hose"])[1] == ["hose"]


def test_icons_come_from_templates_and_the_list(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates/deep").mkdir(parents=True)
    (tmp_path / "core/templates").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    (tmp_path / "templates/deep/a.html").write_text("{% icon 'house' %}{%icon \"person\" size=2 %}")
    (tmp_path / "core/templates/b.html").write_text('{% icon "bell" %}{% icon name %}')
    (tmp_path / "static/icons.txt").write_text("# chosen at run time\ncheck  # done\n\n")
    assert assets.icon_names() == ["bell", "check", "house", "person"]


def test_references_to_unshipped_source_maps_are_cut():
    assert assets.SOURCE_MAP.sub("", "a{}\n/*# sourceMappingURL=a.css.map */") == "a{}\n"
    assert assets.SOURCE_MAP.sub("", "f()\n//# sourceMappingURL=a.js.map") == "f()\n"


def test_a_catalogue_is_compiled_once(tmp_path):
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "专家"\nmsgstr "Expert"\n', "utf-8"
    )
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert catalogues.compile_catalogues(tmp_path) == 0
    assert b"Expert" in (folder / "django.mo").read_bytes()


def test_pytest_gets_a_process_per_core_and_leaves_the_browser_out():
    assert pytest_arguments([], 2) == [
        "-n",
        "2",
        "--dist",
        "worksteal",
        "-m",
        "not proof",
        "--ignore=tests/e2e",
        "--ignore=tests/contract",
    ]


def test_what_the_caller_says_is_kept():
    assert pytest_arguments(["-n0", "tests/e2e/test_walk.py"], 2) == [
        "-n0",
        "tests/e2e/test_walk.py",
        "-m",
        "not proof",
        "--ignore=tests/contract",
    ]


def test_proofs_run_when_they_are_asked_for():
    assert "not proof" not in pytest_arguments(["-m", "proof"], 2)
    assert "not proof" not in pytest_arguments(["tests/security/test_hostile.py::test_x"], 2)
