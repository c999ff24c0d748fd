namespace Streaming.Server.Tests.Deployment;

/// <summary>Each rule catches a fault planted in the rendered chart, and says so; without the fault there is nothing to say.</summary>
[Collection(ChartToolsFolder.Name)]
public sealed class ManifestRulesTests
{
    [ChartFact]
    public async Task Untouched_manifests_break_no_rule() =>
        Assert.Empty(ManifestRules.Violations(Manifest.ParseAll(await ChartTools.DefaultManifestsAsync())));

    [ChartTheory]
    [InlineData("containerPort: 8080", "containerPort: 80800", "containerPort 80800 is not a port")]
    [InlineData("port: 8080", "port: 0", "port 0 is not a port")]
    [InlineData("memory: 4Gi", "memory: 4gig", "memory 4gig is not a quantity")]
    [InlineData("storage: \"20Gi\"", "storage: \"20GiB\"", "storage 20GiB is not a quantity")]
    [InlineData("memory: 4Gi", "memory: 1Gi", "requests more memory than its limit")]
    [InlineData("- ReadWriteOnce", "- ReadWriteOncee", "accessModes ReadWriteOncee is not one")]
    [InlineData("imagePullPolicy: IfNotPresent", "imagePullPolicy: Maybe", "imagePullPolicy Maybe is not one")]
    [InlineData("name: tmp\n              mountPath: /tmp", "name: temp\n              mountPath: /tmp", "mounts temp, which is no volume")]
    [InlineData("mountPath: /tmp", "mountPath: /var/lib/streaming", "mounts /var/lib/streaming twice")]
    [InlineData(
        "            - --roles\n            - users",
        "            - --roles\n            - memory",
        "runs role memory under the label users")]
    [InlineData("--group-instance-id", "--group-instance", "is not a static member")]
    [InlineData("fieldPath: metadata.name", "fieldPath: metadata.uid", "is not a static member")]
    [InlineData(
        "            - --http\n",
        "            - --kafka.sasl.password\n            - hunter2\n            - --http\n",
        "has a credential among its arguments")]
    [InlineData(
        "          env:\n            - name: POD_NAME",
        "          env:\n            - name: STREAMING_KAFKA_SASL_PASSWORD\n              value: hunter2\n            - name: POD_NAME",
        "in plain text")]
    [InlineData("runAsNonRoot: true", "runAsNonRoot: false", "may run as root")]
    [InlineData("type: RuntimeDefault", "type: Unconfined", "has no seccomp profile")]
    [InlineData("enableServiceLinks: false", "enableServiceLinks: true", "other Services' variables")]
    [InlineData("      automountServiceAccountToken: false", "      automountServiceAccountToken: true", "holds a token")]
    [InlineData("terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 10", "is killed before its graceful stop")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write to its image")]
    [InlineData("drop: [ALL]", "drop: []", "keeps privileges")]
    [InlineData("path: /readyz, port: http", "path: /readyz, port: web", "has no readinessProbe")]
    [InlineData("path: /readyz", "path: /livez", "has no readinessProbe")]
    [InlineData(
        "      labels:\n        app.kubernetes.io/name: streaming",
        "      labels:\n        app.kubernetes.io/name: other",
        "its selector does not match its pods")]
    [InlineData("serviceName: rel-streaming-users", "serviceName: rel-streaming-user", "its Service does not exist")]
    [InlineData("serviceAccountName: rel-streaming", "serviceAccountName: other", "its ServiceAccount does not exist")]
    [InlineData("targetPort: http", "targetPort: web", "its target port web is not a port of its pods")]
    [InlineData(
        "  selector:\n    app.kubernetes.io/name: streaming",
        "  selector:\n    app.kubernetes.io/name: other",
        "its selector matches 0 workloads")]
    [InlineData(
        "    matchLabels:\n      app.kubernetes.io/name: streaming",
        "    matchLabels:\n      app.kubernetes.io/name: other",
        "does not select the pods of one role")]
    [InlineData("name: rel-streaming-users", "name: rel-streaming-api", "is there twice")]
    [InlineData("kind: StatefulSet", "kind: Deployment", "role users: has no workload")]
    public async Task Planted_fault_is_caught(string correct, string planted, string expected) =>
        AssertCaught(await ChartTools.DefaultManifestsAsync(), correct, planted, expected);

    [ChartTheory]
    [InlineData("kind: ConfigMap", "kind: Secret", "its ConfigMap rel-streaming-topology does not exist")]
    [InlineData(
        "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: streaming",
        "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: other",
        "selects no pods")]
    [InlineData(
        "  selector:\n    matchLabels:\n      app.kubernetes.io/name: streaming\n      app.kubernetes.io/instance: rel\n  endpoints",
        "  selector:\n    matchLabels:\n      app.kubernetes.io/name: other\n  endpoints",
        "scrapes 0 of 4 Services")]
    [InlineData("    - port: http\n      path: /metrics", "    - port: web\n      path: /metrics", "scrapes port web, which a Service lacks")]
    public async Task Planted_fault_in_an_optional_object_is_caught(string correct, string planted, string expected)
    {
        var rendered = await ChartTools.RenderWithAsync(
            "{ topology: 'name: mine', networkPolicy: { enabled: true }, serviceMonitor: { enabled: true } }");
        AssertCaught(rendered.Output, correct, planted, expected);
    }

    [Theory]
    [InlineData("500m", 0.5)]
    [InlineData("2", 2.0)]
    [InlineData("1.5Gi", 1.5 * 1024 * 1024 * 1024)]
    [InlineData("1k", 1000.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("1gig", null)]
    [InlineData("Gi", null)]
    [InlineData("1KB", null)]
    [InlineData("", null)]
    public void Quantity_is_read_as_Kubernetes_reads_it(string text, double? expected) => Assert.Equal(expected, Quantity.Parse(text));

    private static void AssertCaught(string manifests, string correct, string planted, string expected)
    {
        Assert.Contains(correct, manifests, StringComparison.Ordinal);
        var violations = ManifestRules.Violations(Manifest.ParseAll(manifests.Replace(correct, planted, StringComparison.Ordinal)));
        Assert.Contains(violations, violation => violation.Contains(expected, StringComparison.Ordinal));
    }
}
