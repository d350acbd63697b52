"""The files of deploy/: what they name exists, and the tools that are installed accept them."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess

import click
import pytest
import yaml

from deliberate.commands import cli
from deliberate.config import MAX_UPLOAD_MB, SETTINGS_FILE, setting_names
from deliberate.queries.site.backup_age import BACKUP_DUE
from tests.structure.source_tree import ROOT, project_files

DEPLOY = ROOT / "deploy"
FILES = sorted(
    path for path in project_files() if path.is_relative_to(DEPLOY) or path.name == ".dockerignore"
)
UNITS = sorted(path for path in FILES if path.suffix == ".service")
TIMERS = sorted(path for path in FILES if path.suffix == ".timer")
YAML = [path for path in FILES if path.suffix == ".yaml"]
MAX_EXPOSURE = 3.0


def name_of(path):
    return path.name


def documents(path):
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def unit(path):
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def starts(path):
    """Return the command lines of a unit."""
    return re.findall(r"^ExecStart=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def walk(value):
    """Yield every mapping in a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from walk(item)


def containers():
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for document in documents(path):
            for mapping in walk(document):
                for container in mapping.get("containers", ()):
                    yield mapping, container


def command_lines():
    """Yield the arguments of every command that the files run."""
    for path in UNITS:
        for line in starts(path):
            for words in re.findall(r"bin/deliberate ([^']+)", line):
                yield path.name, shlex.split(words.replace("$", "").replace("(", "").split(")")[0])
    services = documents(DEPLOY / "compose.yaml")[0]["services"]
    for name, entry in services.items():
        if "entrypoint" in entry:
            for words in re.findall(r"deliberate ((?:backup|retention).*)", *entry["command"]):
                yield name, shlex.split(words.replace("$", "").replace("(", "").split(")")[0])
        elif "command" in entry:
            yield name, entry["command"]
    for _pod, container in containers():
        script = " ".join(container["args"])
        words = script.removeprefix("exec deliberate ").replace("$(", "").split(")")[0]
        yield container["name"], shlex.split(words)
    (words,) = re.findall(r"^CMD (.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    yield "Containerfile", json.loads(words)


def unknown_words(words):
    """Return the commands and options that the command line does not know."""
    command, unknown = cli, []
    for word in words:
        if word.startswith("--"):
            options = {name for option in command.params for name in option.opts}
            options |= {name for option in command.params for name in option.secondary_opts}
            unknown += [] if word in options else [word]
        elif isinstance(command, click.Group):
            command = command.get_command(click.Context(command), word) or unknown.append(word)
    return unknown


def test_every_command_and_option_exists():
    lines = list(command_lines())
    assert len(lines) >= 12
    assert [(name, unknown_words(words)) for name, words in lines if unknown_words(words)] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_setting_exists(path):
    names, files = setting_names()
    named = set(re.findall(r"DELIBERATE_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert named - names - files - {SETTINGS_FILE} == set()


def known_metrics():
    source = (ROOT / "deliberate/queries/site/ops_metrics.py").read_text()
    names = {f"deliberate_{name}" for name in re.findall(r'_metric\(\s*"(\w+)"', source)}
    names |= set(re.findall(r'Metric\("(\w+)"', source))
    return names | {"deliberate_requests_total", "deliberate_request_seconds_bucket"}


@pytest.mark.parametrize("name", ["alarms.yaml", "grafana.json"])
def test_every_metric_exists(name):
    text = (DEPLOY / "monitoring" / name).read_text()
    named = set(re.findall(r"\bdeliberate_\w+", text))
    assert named and named - known_metrics() == set()


def test_metrics_of_requests_have_these_names():
    source = (ROOT / "deliberate/views/site/request_metrics.py").read_text()
    assert '"deliberate_requests"' in source and '"deliberate_request_seconds"' in source


def test_every_alarm_is_a_rule_with_a_summary_and_a_severity():
    rules = documents(DEPLOY / "monitoring" / "alarms.yaml")[0]["groups"][0]["rules"]
    for rule in rules:
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"} and rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
    assert len({rule["alert"] for rule in rules}) == len(rules) > 8


def test_an_alarm_rings_if_no_backup_was_ever_made():
    rules = documents(DEPLOY / "monitoring" / "alarms.yaml")[0]["groups"][0]["rules"]
    (rule,) = (rule for rule in rules if 'job="backup"' in rule["expr"])
    assert rule["expr"].endswith(f"> {BACKUP_DUE.total_seconds():.0f}")


def test_board_has_panels_that_do_not_overlap():
    board = json.loads((DEPLOY / "monitoring" / "grafana.json").read_text())
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places) >= 6
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])


def test_paths_of_probes_are_routes():
    routes = (ROOT / "tests" / "routes.txt").read_text()
    probes = [
        container[probe]["httpGet"]["path"]
        for _pod, container in containers()
        for probe in ("readinessProbe", "livenessProbe")
        if probe in container
    ]
    scrape = documents(DEPLOY / "monitoring" / "prometheus.yaml")[0]["scrape_configs"][0]
    paths = {*probes, scrape["metrics_path"], "/healthz"}
    assert paths == {"/readyz", "/healthz", "/metrics"}
    assert all(re.search(rf"(^|\s){path}(\s|$)", routes, re.MULTILINE) for path in paths)


def test_every_proxy_reaches_the_port_of_serve():
    serve = cli.get_command(click.Context(cli), "serve")
    port = next(option.default for option in serve.params if option.name == "port")
    for name in ("proxy/nginx.conf", "proxy/Caddyfile", "monitoring/prometheus.yaml"):
        ports = re.findall(r"127\.0\.0\.1:(\d+)", (DEPLOY / name).read_text())
        assert set(ports) == {str(port)}, name


def test_every_proxy_takes_requests_as_large_as_the_program():
    limits = {
        "proxy/nginx.conf": f"client_max_body_size {MAX_UPLOAD_MB}m;",
        "proxy/Caddyfile": f"max_size {MAX_UPLOAD_MB}MiB",
        "kubernetes/web.yaml": f"proxy-body-size: {MAX_UPLOAD_MB}m",
    }
    assert [
        name for name, limit in limits.items() if limit not in (DEPLOY / name).read_text()
    ] == []


def test_nginx_passes_the_host_with_its_port():
    text = (DEPLOY / "proxy" / "nginx.conf").read_text()
    assert "proxy_set_header Host $http_host;" in text and "Host $host" not in text


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxy_file_has_closed_blocks(name):
    lines = (DEPLOY / "proxy" / name).read_text().splitlines()
    text = "\n".join(line for line in lines if not line.strip().startswith("#"))
    assert text.count("{") == text.count("}") > 1
    if name == "nginx.conf":
        ends = [line.strip()[-1] for line in text.splitlines() if line.strip()]
        assert set(ends) <= {";", "{", "}"}


@pytest.mark.parametrize("path", UNITS, ids=name_of)
def test_unit_runs_in_the_folder_of_the_settings_as_its_own_user(path):
    service = unit(path)["Service"]
    assert (service["User"], service["WorkingDirectory"]) == ("deliberate", "/srv/deliberate")
    assert "EnvironmentFile" not in service  # the program reads the file itself
    assert service["ReadWritePaths"] == "/srv/deliberate/data /srv/deliberate/backups"


def test_every_timer_has_a_service_and_a_time():
    assert {path.stem for path in TIMERS} == {
        f"deliberate-{name}" for name in ("backup", "verify", "retention")
    }
    for path in TIMERS:
        assert path.with_suffix(".service") in UNITS
        assert unit(path)["Timer"]["OnCalendar"] and unit(path)["Install"]["WantedBy"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("path", UNITS, ids=name_of)
def test_unit_is_hardened(path):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    (score,) = re.findall(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(score) <= MAX_EXPOSURE, done.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("path", TIMERS, ids=name_of)
def test_time_of_a_timer_is_understood(path):
    calendar = unit(path)["Timer"]["OnCalendar"]
    done = subprocess.run(
        ["systemd-analyze", "calendar", calendar], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", YAML, ids=name_of)
def test_yaml_file_can_be_read(path):
    assert all(isinstance(document, dict) for document in documents(path))


def test_pods_run_without_root_and_with_a_read_only_root():
    found = list(containers())
    assert {container["name"] for _pod, container in found} == {
        *("web", "jobs", "backup", "verify", "retention")
    }
    for pod, container in found:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_kustomization_names_every_manifest():
    (kustomization,) = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    present = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert {*kustomization["resources"], "kustomization.yaml"} == present


def test_kubectl_builds_the_manifests():
    if not shutil.which("kubectl"):  # no package of the systems that run the tests
        return
    done = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "image: deliberate-platform:local" in done.stdout


def test_compose_runs_the_platform_without_root_and_waits_for_the_database():
    (compose,) = documents(DEPLOY / "compose.yaml")
    assert set(compose["services"]) == {"database", "web", "jobs", "periodic", "redis", "proxy"}
    for name in ("web", "jobs", "periodic"):
        service = compose["services"][name]
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["depends_on"]["database"]["condition"] == "service_healthy"
    named = {
        volume for entry in compose["services"].values() for volume in entry.get("volumes", ())
    }
    volumes = {entry.split(":")[0] for entry in named if not entry.startswith(".")}
    assert volumes == set(compose["volumes"])


def test_periodic_container_backs_up_each_day_opens_each_seventh_and_ends_when_told(tmp_path):
    (script,) = documents(DEPLOY / "compose.yaml")[0]["services"]["periodic"]["command"]
    programs, log = tmp_path / "bin", tmp_path / "log"
    (tmp_path / "backups").mkdir()
    programs.mkdir()
    for name, body in (
        ("deliberate", f'echo "$*" >> {log}; [ "$2" != create ] || touch "$3"'),
        # Days are short here; the ninth one lasts until the end.
        ("sleep", f'[ $(grep -c retention {log}) -ge 9 ] || exit 0; kill -TERM "$PPID"'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    subprocess.run(
        ["/bin/sh", "-c", script.replace("$$", "$")],
        cwd=tmp_path,
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
        timeout=60,
        check=True,
    )
    done = [line.rpartition(" ")[0] or line for line in log.read_text().splitlines()]
    day = ["backup create", "retention"]
    assert done == [*day * 7, "backup verify", *day * 2]


def test_image_has_two_stages_a_user_a_health_check_and_files_that_exist():
    text = (DEPLOY / "Containerfile").read_text()
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) == 2
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE) and "HEALTHCHECK" in text
    sources = re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE)
    names = {name for line in sources for name in line.split()}
    assert all((ROOT / name).exists() for name in names)
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    assert names <= {line[1:] for line in let_in if line.startswith("!")}


def test_weekly_check_opens_the_newest_backup_whatever_its_name(tmp_path):
    (line,) = starts(DEPLOY / "systemd" / "deliberate-verify.service")
    (newest,) = re.findall(r"\$\$\((.*)\)", line)
    assert newest in (DEPLOY / "kubernetes" / "periodic.yaml").read_text()
    (tmp_path / "backups").mkdir()
    for name, made_at in (
        ("before", 1_000),
        ("2026-11-29-0130", 2_000),
        ("2026-11-30-0130", 3_000),
    ):
        path = tmp_path / "backups" / f"{name}.tar.gz"
        path.touch()
        os.utime(path, (made_at, made_at))
    found = subprocess.run(
        ["/bin/sh", "-c", newest], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout == "backups/2026-11-30-0130.tar.gz\n"


def test_image_has_the_dump_program_of_the_server_beside_it():
    """pg_dump refuses a newer server: Debian 13 has the programs of PostgreSQL 17."""
    server = documents(DEPLOY / "compose.yaml")[0]["services"]["database"]["image"]
    assert ":17-" in server
    assert "python:3.13-slim-trixie\n" in (DEPLOY / "Containerfile").read_text()
