"""The documents, held against the code: what is generated is fresh, what is named exists, what exists is named."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot import cli
from bot.cli.export import EXPORTS
from bot.cli.options import Export, Role
from bot.commands.catalog import COMMANDS, VERBS
from bot.settings import PREFIX, variables
from tests.transcripts import BLOCK, PAGES, refreshed

ROOT = Path(__file__).parents[1]
DOCUMENTS = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))
SHIPPED = (*DOCUMENTS, *(ROOT / name for name in ("Dockerfile", "docker-compose.yml", "Makefile", ".dockerignore")))
DECISIONS = tuple(sorted((ROOT / "docs" / "adr").glob("0*.md")))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))

GENERATED = {
    Export.COMMANDS: "docs/commands.md",
    Export.SETTINGS: "docs/settings.md",
    Export.ENV: "config/env.example",
    Export.TOML: "config/paperround.toml",
    Export.SLACK: "config/slack-manifest.yaml",
    Export.DISCORD: "config/discord-commands.json",
}

PROMISE = (
    "every slot is enqueued exactly once and is never silently lost; posting is at least once, and a duplicate needs a "
    "failure between the platform's accept and our commit. On Discord a repeat inside the platform's nonce window is "
    "suppressed."
)

KNOWN = {each.name.removeprefix(PREFIX) for each in variables()}
OPERATOR_VERBS = set(getattr(get_command(cli.app), "commands"))  # noqa: B009 - typer's own type does not name it
WITH_TRANSCRIPTS = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def named(paths: tuple[Path, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name_of)


# --- what is generated ---------------------------------------------------------------------------------------------


def test_every_export_of_a_file_is_kept_in_the_repository() -> None:
    assert EXPORTS.keys() == GENERATED.keys()


@pytest.mark.parametrize("what", GENERATED, ids=str)
def test_generated_files_are_fresh(what: Export) -> None:
    assert text_of(ROOT / GENERATED[what]) == EXPORTS[what](), "stale: run make docs"


@named(tuple(WITH_TRANSCRIPTS))
def test_what_a_page_shows_is_what_comes_out(path: Path) -> None:
    assert text_of(path) == refreshed(text_of(path)), "stale: run make docs"


def test_the_first_pages_show_something() -> None:
    assert {"README.md", "docs/quickstart.md", "docs/query-language.md"} <= {name_of(page) for page in WITH_TRANSCRIPTS}


# --- what is named exists ------------------------------------------------------------------------------------------


def anchors_of(path: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text_of(path)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@named(DOCUMENTS)
def test_links_lead_somewhere(path: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"(?ms)^ *```.*?^ *```$|`[^`\n]+`", "", text_of(path))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors_of(there)):
            lost.append(target)
    assert not lost


def test_pages_that_the_code_names_exist() -> None:
    pages = {name for page in DOCUMENTS for name in (page.name, name_of(page))}
    lost = [
        f"{name_of(path)}: {page}"
        for folder in ("bot", "adapters", "benchmarks", "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for page in re.findall(r"(?<![\w/.-])[\w/-]+\.md\b", text_of(path))
        if page not in pages
    ]
    assert not lost


@named(SHIPPED)
def test_settings_that_are_named_exist(path: Path) -> None:
    found = set(re.findall(rf"{PREFIX}([A-Z_]*[A-Z])", text_of(path)))
    assert found - KNOWN == set()


def code_of(path: Path) -> str:
    """What a page shows as code, one piece a line; of a file that is code, all of it, comments included."""
    if path.suffix != ".md":
        return re.sub(r"(?m)^\s*(#|@|-)\s*", "", text_of(path))
    fenced = re.findall(r"(?ms)^ *```[^\n]*\n(.*?)^ *```$", text_of(path))
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^ *```.*?^ *```$", "", text_of(path)))
    return "\n".join([*(re.sub(r"(?m)^ +.*$", "", each) for each in fenced), *inline])


@named(SHIPPED)
def test_verbs_and_targets_that_are_named_exist(path: Path) -> None:
    code = code_of(path)
    targets = set(re.findall(r"(?m)^([a-z-]+):", text_of(ROOT / "Makefile")))
    targets |= {f"bench-{each.stem}" for each in (ROOT / "benchmarks").glob("[!_]*.py")} | {"bench-"}
    made = set(re.findall(r"(?m)^make (?:PYTHON=\S+ )?([a-z][a-z-]*)", code))
    asked = set(re.findall(r"(?m)(?:^|\$ |bin/|&& |exec paperround |run --rm )paperround ([a-z]+)", code))
    given = set(re.findall(r"paperround papers (?:--\S+ \S+ )*([a-z]+)", code))
    assert made - targets == set()
    assert asked - OPERATOR_VERBS == set()
    assert given - set(VERBS) == set()


@named(SHIPPED)
def test_nothing_names_a_place_on_somebodys_machine(path: Path) -> None:
    assert str(ROOT) not in text_of(path)
    assert not re.search(r"(?<![\w.:/-])/(?:home|root|Users|mnt|private)/\w", text_of(path))


# --- what exists is named --------------------------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    page = text_of(ROOT / "docs" / "settings.md")
    assert [each.name for each in variables() if f"`{each.name}`" not in page] == []
    assert [each.name for each in variables() if not each.field.description] == []


def test_every_command_is_documented() -> None:
    page = text_of(ROOT / "docs" / "commands.md")
    assert [command.name for command in COMMANDS if command.name not in page] == []


def test_every_verb_of_the_console_is_told_of() -> None:
    readme = text_of(ROOT / "README.md")
    assert [verb for verb in sorted(OPERATOR_VERBS) if f"paperround {verb}" not in readme] == []


def test_every_page_is_linked_from_the_readme() -> None:
    readme = text_of(ROOT / "README.md")
    pages = [page for page in DOCUMENTS if page.parent != ROOT / "docs" / "adr" and page.name != "README.md"]
    assert [name_of(page) for page in pages if f"({name_of(page)}" not in readme] == []


def test_every_decision_is_listed_and_says_what_it_costs() -> None:
    index = text_of(ROOT / "docs" / "adr" / "README.md")
    for page in DECISIONS:
        assert f"({page.name})" in index
        assert re.findall(r"(?m)^## (.+)$", text_of(page)) == ["Context", "Choice", "Cost"]


@pytest.mark.parametrize(
    "name", ["README.md", "ARCHITECTURE.md", "docs/deploy.md", "docs/adr/0004-at-least-once-with-a-unique-key.md"]
)
def test_the_promise_has_the_same_words_everywhere(name: str) -> None:
    assert PROMISE in re.sub(r"\s+", " ", text_of(ROOT / name))


def test_the_changelog_keeps_its_form() -> None:
    headings = re.findall(r"(?m)^##+ (.+)$", text_of(ROOT / "CHANGELOG.md"))
    assert headings[0] == "[Unreleased]"
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", each) for each in headings[1:] if each not in kinds)


# --- the map ---------------------------------------------------------------------------------------------------------


def test_the_map_has_the_layers_that_are_proved() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    (contract,) = (each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    proved = [layer.replace("(", "").replace(")", "") for layer in contract["layers"]]
    drawn = re.search(r"<!-- layers -->\n```\n(.*?)\n```", text_of(ROOT / "ARCHITECTURE.md"), re.DOTALL)
    assert drawn
    assert [set(line.split(" | ")) for line in drawn[1].splitlines()] == [set(line.split(" | ")) for line in proved]


@pytest.mark.parametrize("package", ["bot", "adapters"])
def test_the_map_has_the_tree_as_it_is(package: str) -> None:
    drawn = re.search(rf"(?m)^{package}/.*\n((?:[├└]── .*\n)+)", text_of(ROOT / "ARCHITECTURE.md"))
    assert drawn
    there = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / package).iterdir()
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("__")
    }
    assert set(re.findall(r"(?m)^[├└]── (\S+)", drawn[1])) == there


# --- containers ------------------------------------------------------------------------------------------------------


def test_containers_are_told_what_the_program_understands() -> None:
    ours = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "paperround"}
    assert ours.keys() == {"paperround", "migrate", "gateway", "worker"}
    for service in ours.values():
        verb, *flags = service["command"]
        assert verb in OPERATOR_VERBS
        assert flags == [] or (flags[0] == "--role" and flags[1] in set(Role))


def test_containers_can_write_and_do_as_little_as_possible() -> None:
    for service in COMPOSE["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "/tmp" in service["tmpfs"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_one_container_is_the_default_and_the_rest_belongs_to_a_profile() -> None:
    plain = [name for name, service in COMPOSE["services"].items() if "profiles" not in service]
    assert plain == ["paperround"]
    assert all(service.get("profiles", ["scale"]) == ["scale"] for service in COMPOSE["services"].values())


def test_no_secret_is_written_into_the_containers() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or value == "${POSTGRES_PASSWORD:-}", f"{name}: {variable}"
    assert "ARG PAPERROUND" not in text_of(ROOT / "Dockerfile")


def test_the_image_runs_as_nobody_and_holds_nothing_unpinned() -> None:
    dockerfile = text_of(ROOT / "Dockerfile")
    *_, user = re.findall(r"(?m)^USER (\S+)$", dockerfile)
    assert user.isdecimal()
    assert int(user) > 0
    installed = re.findall(r"pip (?:--python \S+ )?install (.+?)(?: \\)?$", dockerfile, re.MULTILINE)
    assert installed
    assert all("--require-hashes" in each or "--no-deps dist/" in each for each in installed)
    assert "HEALTHCHECK" in dockerfile
