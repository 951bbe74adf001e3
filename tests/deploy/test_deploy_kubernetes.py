"""The Kubernetes files: their schemas, our own rules, and that they fit the service."""

from __future__ import annotations

import kubernetes_validate
import pytest

from adapters.server.settings import Settings, SettingsError, load_settings
from bot.storage.store import MIGRATION_TIME
from tests.deploy.files import DEPLOY, SECRETS, SETTINGS, STOPPING, documents

APPLIED = documents("kubernetes/kustomization.yaml")[0]["resources"]
FILES = (*APPLIED, "secret.example.yaml", "ingress.example.yaml", "freshness.yaml")
OBJECTS = {
    f"{found['kind']}/{found['metadata']['name']}": found for file in FILES for found in documents(f"kubernetes/{file}")
}
SLACK = OBJECTS["Deployment/framework-bot-slack"]
DISCORD = OBJECTS["StatefulSet/framework-bot-discord"]
FRESHNESS = OBJECTS["CronJob/framework-bot-freshness"]["spec"]["jobTemplate"]
WORKLOADS = pytest.mark.parametrize("workload", [SLACK, DISCORD], ids=["slack", "discord"])
CONFIGURATION = OBJECTS["ConfigMap/framework-bot"]["data"]
PODMONITOR = documents("kubernetes/podmonitor.example.yaml")[0]
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def pod(workload):
    return workload["spec"]["template"]["spec"]


def container(workload):
    (only,) = pod(workload)["containers"]
    return only


def secrets_of(workload):
    """The names of the Secrets that a workload sees."""
    (volume,) = [volume for volume in pod(workload)["volumes"] if volume["name"] == "secrets"]
    return {source["secret"]["name"] for source in volume["projected"]["sources"]}


def selected(labels, workload):
    return labels.items() <= workload["spec"]["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize("version", ["1.30", kubernetes_validate.latest_version()])
@pytest.mark.parametrize("name", OBJECTS)
def test_it_fits_its_schema(name, version):
    kubernetes_validate.validate(OBJECTS[name], version, strict=True)


def test_a_job_checks_the_facts_every_week_and_fails_once_where_one_is_stale():
    assert OBJECTS["CronJob/framework-bot-freshness"]["spec"]["schedule"].endswith(" * * 1")
    assert container(FRESHNESS)["args"] == ["freshness"]
    assert FRESHNESS["spec"]["backoffLimit"] == 0
    assert pod(FRESHNESS)["restartPolicy"] == "Never"


def test_the_job_reaches_the_internet_and_no_service_sends_it_requests():
    labels = FRESHNESS["spec"]["template"]["metadata"]["labels"]
    assert selected(OBJECTS["NetworkPolicy/framework-bot"]["spec"]["podSelector"]["matchLabels"], FRESHNESS)
    services = [found["spec"]["selector"] for name, found in OBJECTS.items() if name.startswith("Service/")]
    assert not [selector for selector in services if selector.items() <= labels.items()]


def test_what_is_applied_exists_and_holds_no_example():
    assert [name for name in APPLIED if not (DEPLOY / "kubernetes" / name).is_file()] == []
    assert not [name for name in APPLIED if "example" in name]


@pytest.mark.parametrize("workload", [SLACK, DISCORD, FRESHNESS], ids=["slack", "discord", "freshness"])
def test_a_pod_keeps_to_the_restricted_standard(workload):
    spec, only = pod(workload), container(workload)
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["fsGroup"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in only["resources"]["limits"]
    assert {"cpu", "memory"} <= only["resources"]["requests"].keys()


@WORKLOADS
async def test_what_the_probes_ask_for_is_answered(workload, ask):
    for name in PROBES:
        probe = container(workload)[name]["httpGet"]
        status, body = await ask(probe["path"])
        assert status != 404, (name, body)
        assert probe["port"] == "http"


def test_a_pod_is_ready_by_its_own_platform():
    asked = {name: container(workload)["readinessProbe"]["httpGet"]["path"] for name, workload in (
        ("slack", SLACK), ("discord", DISCORD))}  # fmt: skip
    assert asked == {"slack": "/readyz/slack", "discord": "/readyz/discord"}


@WORKLOADS
def test_a_pod_lives_by_what_no_platform_can_fail(workload):
    for name in ("startupProbe", "livenessProbe"):
        assert container(workload)[name]["httpGet"]["path"] == "/healthz"


@WORKLOADS
def test_a_start_may_wait_for_another_replica_that_migrates(workload):
    probe = container(workload)["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > 2 * MIGRATION_TIME


@WORKLOADS
def test_a_pod_has_time_to_finish_what_it_is_answering(workload):
    before = container(workload).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert pod(workload)["terminationGracePeriodSeconds"] > before + STOPPING


@WORKLOADS
def test_a_pod_listens_where_its_port_is(workload):
    ports = {port["name"]: port["containerPort"] for port in container(workload)["ports"]}
    assert ports == {"http": int(CONFIGURATION["PORT"])}
    assert CONFIGURATION["HOST"] == "0.0.0.0"


@WORKLOADS
def test_a_pod_finds_its_secrets_as_files(workload):
    mounts = {mount["name"]: mount["mountPath"] for mount in container(workload)["volumeMounts"]}
    assert mounts["secrets"] == CONFIGURATION["FRAMEWORK_BOT_SECRETS"]
    assert {"configMapRef": {"name": "framework-bot"}} in container(workload)["envFrom"]


@WORKLOADS
def test_no_secret_setting_is_in_the_environment(workload):
    named = {variable["name"] for variable in container(workload).get("env", [])}
    assert named | CONFIGURATION.keys() <= SETTINGS
    assert (named | CONFIGURATION.keys()) & SECRETS == set()


def test_a_pod_has_its_own_platforms_secrets_only():
    assert secrets_of(SLACK) == {"framework-bot-shared", "framework-bot-slack"}
    assert secrets_of(DISCORD) == {"framework-bot-shared", "framework-bot-discord"}
    held = {name: set(OBJECTS[f"Secret/framework-bot-{name}"]["stringData"]) for name in ("shared", "slack", "discord")}
    assert {key for key in held["shared"] if key.startswith(("SLACK_", "DISCORD_"))} == set()
    assert "DISCORD_TOKEN" not in held["slack"]
    assert held["discord"] == {"DISCORD_TOKEN"}


@pytest.mark.parametrize("name", ["shared", "slack", "discord"])
def test_a_placeholder_is_refused_by_its_name(name, tmp_path, monkeypatch):
    held = OBJECTS[f"Secret/framework-bot-{name}"]["stringData"]
    assert set(held) <= SECRETS
    for setting in SETTINGS:
        monkeypatch.delenv(setting, raising=False)
    for key, value in held.items():
        (tmp_path / key).write_text(value, encoding="utf-8")
    monkeypatch.setenv("FRAMEWORK_BOT_SECRETS", str(tmp_path))
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert {problem.split()[0] for problem in refused.value.problems} == {key for key, value in held.items() if value}


def test_the_configuration_is_one_that_the_service_takes():
    Settings(_env_file=None, **{name.lower(): value for name, value in CONFIGURATION.items()})


def test_a_discord_pod_owns_the_shard_of_its_number_and_there_is_one_for_each():
    environment = {variable["name"]: variable for variable in container(DISCORD)["env"]}
    index = environment["DISCORD_SHARD_IDS"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert index == "metadata.labels['apps.kubernetes.io/pod-index']"
    count = environment["DISCORD_SHARD_COUNT"]["value"]
    assert int(count) == DISCORD["spec"]["replicas"]
    last = Settings(_env_file=None, discord_shard_ids=str(int(count) - 1), discord_shard_count=count)
    assert last.discord_shard_ids == (int(count) - 1,)


def test_a_new_slack_pod_is_ready_before_an_old_one_goes():
    assert SLACK["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    scaler = OBJECTS["HorizontalPodAutoscaler/framework-bot-slack"]["spec"]
    assert scaler["scaleTargetRef"]["name"] == SLACK["metadata"]["name"]
    assert scaler["minReplicas"] >= 2
    assert "replicas" not in SLACK["spec"]


@pytest.mark.parametrize(
    ("name", "workload"), [("framework-bot-slack", SLACK), ("framework-bot-discord", DISCORD)], ids=["slack", "discord"]
)
def test_services_and_budgets_select_the_pods_they_are_named_after(name, workload):
    assert workload["spec"]["selector"]["matchLabels"].items() <= workload["metadata"]["labels"].items()
    others = {SLACK["metadata"]["name"]: DISCORD, DISCORD["metadata"]["name"]: SLACK}
    for labels in (
        workload["spec"]["selector"]["matchLabels"],
        OBJECTS[f"Service/{name}"]["spec"]["selector"],
        OBJECTS[f"PodDisruptionBudget/{name}"]["spec"]["selector"]["matchLabels"],
    ):
        assert selected(labels, workload)
        assert not selected(labels, others[name])


def test_everything_in_and_out_is_on_the_list():
    both = OBJECTS["NetworkPolicy/framework-bot"]["spec"]
    assert set(both["policyTypes"]) == {"Ingress", "Egress"}
    assert all(selected(both["podSelector"]["matchLabels"], workload) for workload in (SLACK, DISCORD))
    out = {(port["protocol"], port["port"]) for rule in both["egress"] for port in rule["ports"]}
    assert out == {("UDP", 53), ("TCP", 53), ("TCP", 443), ("TCP", 5432)}
    policies = [found for name, found in OBJECTS.items() if name.startswith("NetworkPolicy/")]
    coming = [port["port"] for policy in policies for rule in policy["spec"]["ingress"] for port in rule["ports"]]
    assert set(coming) == {"http"}


async def test_the_way_in_leads_to_pages_that_there_are_and_to_nothing_inside(ask):
    (rule,) = OBJECTS["Ingress/framework-bot"]["spec"]["rules"]
    paths = {path["path"]: path["pathType"] for path in rule["http"]["paths"]}
    assert paths.pop("/slack/") == "Prefix"
    assert (await ask("/slack/events"))[0] == 405
    below = {"/ask": "/ask", "/answers/": "/answers/choose.mobile", "/api/": "/api/v1/topics"}
    assert [paths.pop(path) for path in below] == ["Prefix"] * 3
    assert set(paths.values()) == {"Exact"}
    for path in (*paths, *below.values()):
        assert (await ask(path))[0] == 200, path
    assert not [path for path in paths if path.startswith(("/metrics", "/readyz", "/healthz"))]
    services = {path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert services == {"framework-bot-slack"}


async def test_the_metrics_are_scraped_where_they_are(ask):
    (endpoint,) = PODMONITOR["spec"]["podMetricsEndpoints"]
    assert (await ask(endpoint["path"]))[0] == 200
    assert endpoint["port"] == "http"
    token = endpoint["authorization"]["credentials"]
    assert token["key"] in OBJECTS[f"Secret/{token['name']}"]["stringData"]
    labels = PODMONITOR["spec"]["selector"]["matchLabels"]
    assert all(selected(labels, workload) for workload in (SLACK, DISCORD))
