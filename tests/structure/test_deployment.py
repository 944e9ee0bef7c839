"""The compose file and the proxy keep their promises; no container engine is needed to see that."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


@pytest.fixture(scope="module")
def proxy():
    """Directives of the proxy, without comments."""
    return re.sub(r"#.*", "", (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8"))


def test_the_services_are_complete(services):
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis", "proxy"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "postgres", "redis", "proxy"])
def test_every_lasting_service_restarts_and_is_watched(services, name):
    assert services[name]["restart"] == "unless-stopped"
    assert services[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", [*OURS, "redis", "proxy"])
def test_nothing_of_it_runs_as_root_or_writes_to_its_image(services, name):
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", services[name]["user"])
    assert services[name]["read_only"] is True
    assert services[name]["cap_drop"] == ["ALL"]


def test_only_the_proxy_is_reachable_from_outside(services):
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert [name for name, service in services.items() if "outer" in service.get("networks", [])] == ["proxy"]


@pytest.mark.parametrize("name", OURS)
def test_the_application_gets_every_value_production_needs(services, name):
    environment = services[name]["environment"]
    assert environment["DEBUG"] == "0"
    needed = {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL", "NUM_PROXIES"}
    assert needed <= set(environment)


def test_secrets_have_no_default():
    """``:?`` stops the start with the name; ``:-`` would start with a password everybody can read."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    uses = re.findall(r"\$\{(SECRET_KEY|POSTGRES_PASSWORD|REDIS_PASSWORD)([^}]*)\}", text)
    assert uses
    assert [name for name, rest in uses if not rest.startswith(":?")] == []


def test_queue_and_cache_use_different_databases(services):
    environment = services["web"]["environment"]
    assert environment["CELERY_BROKER_URL"].rsplit("/", 1)[1] != environment["CACHE_URL"].rsplit("/", 1)[1]


def test_redis_keeps_what_it_is_given(services):
    command = " ".join(services["redis"]["command"])
    for setting in ("requirepass", "appendonly yes", "maxmemory-policy noeviction"):
        assert setting in command


def test_web_starts_after_the_migration_and_redis(services):
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_named_volumes_and_networks_exist(compose, services):
    for service in services.values():
        sources = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert {source for source in sources if not source.startswith("./")} <= set(compose["volumes"])
        assert set(service["networks"]) <= set(compose["networks"])
        for source in sources:
            if source.startswith("./"):
                assert (ROOT / source).exists()


def test_the_image_is_built_from_files_that_exist(services):
    dockerfile = (ROOT / services["web"]["build"]["dockerfile"]).read_text(encoding="utf-8")
    assert "--require-hashes" in dockerfile
    assert "\nUSER portal\n" in dockerfile
    assert (ROOT / "deploy/entrypoint.sh").exists()


def test_example_environment_names_all_that_is_required():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))


@pytest.mark.parametrize(
    "directive",
    [
        "proxy_request_buffering on;",
        "proxy_buffering on;",
        "client_header_timeout 10s;",
        "client_body_timeout 10s;",
        "send_timeout 10s;",
        "client_max_body_size 12m;",
        "limit_conn per_address",
        "limit_req zone=sign_in",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto https;",
        "server_tokens off;",
    ],
)
def test_the_proxy_buffers_limits_and_does_not_believe_clients(proxy, directive):
    assert directive in proxy


def test_the_proxy_appends_no_forwarded_address(proxy):
    assert "$proxy_add_x_forwarded_for" not in proxy


def test_the_proxy_takes_as_much_as_the_application(proxy, settings):
    megabytes = int(re.search(r"client_max_body_size (\d+)m;", proxy).group(1))
    assert megabytes * 1024 * 1024 == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_nothing_is_addressed_that_compose_does_not_run(proxy, services):
    assert set(re.findall(r"server (\w+):\d+", proxy)) <= set(services)
