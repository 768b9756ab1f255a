"""The rules of ARCHITECTURE.md, held against the code: layers, vendors, sizes, requirements, the wheel."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grimp
import pytest
from hatchling.build import build_wheel
from importlinter import configuration
from importlinter.application.use_cases import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

configuration.configure()

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "adapters")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENTS = ("build.txt", "dev.txt", "runtime.txt")

LONGEST_MODULE = 400

PIN = re.compile(r"(?m)^([\w.-]+)==([\w.+!]+).*((?:\n    .*)*)")
"""One pin of a requirements file: name, version, and the lines of its hashes."""

HOMES = {
    "aiosqlite": ("adapters.sql",),
    "alembic": ("adapters.sql",),
    "apscheduler": ("adapters.scheduler",),
    "defusedxml": ("adapters",),
    "discord": ("adapters.discord",),
    "httpx": ("adapters.http",),
    "prometheus_client": ("adapters.web",),
    "prompt_toolkit": ("bot.cli",),
    "psycopg": ("adapters.sql",),
    "pydantic": ("bot.cli", "bot.settings"),
    "pydantic_core": ("bot.settings",),
    "pydantic_settings": ("bot.settings",),
    "slack_bolt": ("adapters.slack",),
    "slack_sdk": ("adapters.slack",),
    "sqlalchemy": ("adapters.sql",),
    "starlette": ("adapters.slack", "adapters.web"),
    "typer": ("bot.cli",),
    "uvicorn": ("adapters.web",),
}
"""Where each library that talks to the world may be imported. What is not named here may be used anywhere."""

PLATFORMS = {"slack_bolt", "slack_sdk", "discord", "aiohttp"}
"""Not even loaded while no platform is configured."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def ours(graph: grimp.ImportGraph) -> list[str]:
    return sorted(module for module in graph.modules if module.split(".")[0] in PACKAGES)


def stands_in(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


def test_imports_go_in_one_direction(capsys: pytest.CaptureFixture[str]) -> None:
    is_kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert is_kept, capsys.readouterr().out


def test_no_module_stands_outside_the_layers(graph: grimp.ImportGraph) -> None:
    (contract,) = (each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    layers = {name.strip(" ()") for layer in contract["layers"] for name in layer.split("|")}
    children = {child for package in PACKAGES for child in graph.find_children(package)}
    assert children - layers == set()


def test_libraries_stay_where_they_live(graph: grimp.ImportGraph) -> None:
    strays = [
        f"{module} imports {library}"
        for library, homes in HOMES.items()
        if library in graph.modules
        for module in sorted(graph.find_modules_that_directly_import(library))
        if not any(stands_in(module, home) for home in homes)
    ]
    assert not strays


def test_the_core_knows_no_vendor(graph: grimp.ImportGraph) -> None:
    vendors = set(HOMES) - {"typer", "prompt_toolkit"}
    edge = ("bot.cli", "bot.bootstrap", "bot.settings")
    core = [
        module for module in ours(graph) if stands_in(module, "bot") and not any(stands_in(module, e) for e in edge)
    ]
    met = [
        f"{module} imports {imported}"
        for module in core
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] in vendors | {"adapters"}
    ]
    assert core
    assert not met


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        ("bot.cli", {"sqlalchemy", "httpx", "pydantic", "numpy", "rich.progress", "apscheduler", *PLATFORMS}),
        ("bot.bootstrap, bot.cli.service", PLATFORMS),
        ("bot.bootstrap, adapters.slack.parts, adapters.slack.gateway", {"discord"}),
        ("bot.bootstrap, adapters.discord.parts, adapters.discord.gateway", {"slack_bolt", "slack_sdk"}),
    ],
)
def test_nothing_is_loaded_that_nobody_asked_for(modules: str, unwanted: set[str]) -> None:
    script = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert unwanted & set(done.stdout.split()) == set()


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_every_module_fits_in_the_head() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(*PACKAGES, "tests", "benchmarks")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(*PACKAGES, "benchmarks")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_test_borrows_from_another() -> None:
    borrowed = [
        f"{path.relative_to(ROOT)} imports {each.module}"
        for path in python_files("tests", "benchmarks")
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.ImportFrom) and (each.module or "").rpartition(".")[2].startswith("test_")
    ]
    assert borrowed == []


def test_config_holds_data_only() -> None:
    assert not list((ROOT / "config").rglob("*.py"))


# --- requirements ------------------------------------------------------------------------------------------------


def declared(*groups: str) -> list[Requirement]:
    """What pyproject.toml asks for, with the named groups."""
    texts = list(PROJECT["project"]["dependencies"])
    for group in groups:
        texts += [each for each in PROJECT["dependency-groups"][group] if isinstance(each, str)]
    return [Requirement(text) for text in texts]


def pinned(name: str) -> set[tuple[str, str]]:
    """The names and versions that a requirements file pins; a marker may choose between two versions of one name."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {(canonicalize_name(found[1]), found[2]) for found in PIN.finditer(text)}


def test_every_dependency_states_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    named += [each for group in PROJECT["dependency-groups"].values() for each in group if isinstance(each, str)]
    bare = [each for each in named if not re.search(rf'"{re.escape(each)}"\]?,?\s+# \S', text)]
    assert not bare


@pytest.mark.parametrize(
    ("name", "groups"), [("runtime.txt", ()), ("dev.txt", ("build", "dev"))], ids=["runtime", "dev"]
)
def test_the_pins_satisfy_what_pyproject_asks_for(name: str, groups: tuple[str, ...]) -> None:
    pins = pinned(name)
    unmet = [
        str(wanted)
        for wanted in declared(*groups)
        if not (versions := [version for name, version in pins if name == canonicalize_name(wanted.name)])
        or not all(wanted.specifier.contains(version, prereleases=True) for version in versions)
    ]
    assert not unmet


def test_what_runs_is_what_was_tested() -> None:
    tested = pinned("dev.txt")
    for name in ("build.txt", "runtime.txt"):
        assert pinned(name) <= tested


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_are_hashed_and_name_no_index(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    bare = [found[1] for found in PIN.finditer(text) if "--hash=sha256:" not in found[3]]
    assert pinned(name)
    assert not bare
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host|(?m:^-[if]\b)", text)


# --- the wheel -----------------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_program_and_its_data_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    held = set(zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path))).namelist())
    code = {path.relative_to(ROOT).as_posix() for path in python_files(*PACKAGES)}
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "adapters" / "sample").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert code | data <= held
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == set(PACKAGES)
