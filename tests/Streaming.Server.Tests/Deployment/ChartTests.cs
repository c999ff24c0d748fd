namespace Streaming.Server.Tests.Deployment;

[Collection(ChartToolsFolder.Name)]
public sealed class ChartTests
{
    /// <summary>Everything optional switched on, every default that guards a branch switched over.</summary>
    private const string EverythingOn = """
        kafka:
          bootstrapServers: a.kafka:9093,b.kafka:9093
          existingSecret: kafka-credentials
          caSecret: { name: kafka-ca }
          settings: { security.protocol: SASL_SSL, message.max.bytes: 10000000, enable.idempotence: true }
        topology: |
          name: mine
          topics: []
        env: [{ name: STREAMING_KAFKA_SSL_KEY_PASSWORD, valueFrom: { secretKeyRef: { name: tls, key: password } } }]
        extraVolumes: [{ name: models, persistentVolumeClaim: { claimName: models } }]
        extraVolumeMounts: [{ name: models, mountPath: /models, readOnly: true }]
        roles:
          users:
            replicas: 12
            persistence: { storageClass: fast }
            nodeSelector: { disk: nvme }
            tolerations: [{ key: dedicated, operator: Exists }]
            affinity: { nodeAffinity: {} }
            topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway }]
            podAnnotations: { example.com/team: ads }
          creatives: { persistence: { enabled: false } }
          memory: { persistence: { enabled: true } }
        imagePullSecrets: [{ name: registry }]
        serviceAccount: { annotations: { example.com/role: streaming } }
        networkPolicy:
          enabled: true
          apiFrom: [{ namespaceSelector: { matchLabels: { team: ranking } } }]
          metricsFrom: [{ namespaceSelector: { matchLabels: { team: monitoring } } }]
          egress: [{ ports: [{ port: 9093, protocol: TCP }] }]
        serviceMonitor: { enabled: true, labels: { release: prometheus } }
        """;

    private const string EverythingOff = """
        serviceAccount: { create: false }
        podDisruptionBudget: { enabled: false }
        tests: { enabled: false }
        runAs: { user: null, group: null, fsGroup: null }
        roles:
          users: { replicas: 0, persistence: { enabled: false } }
          creatives: { persistence: { enabled: false } }
        """;

    [ChartFact]
    public async Task Chart_passes_strict_lint()
    {
        var result = await ChartTools.LintAsync();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [ChartFact]
    public async Task Checker_refuses_a_wrong_type_an_unknown_field_and_an_unknown_kind()
    {
        var manifests = await ChartTools.DefaultManifestsAsync();
        (string From, string To)[] faults =
            [("replicas: 2", "replicas: two"), ("replicas: 2", "replicaz: 2"), ("kind: StatefulSet", "kind: StatefulZet")];
        foreach (var (from, to) in faults)
        {
            Assert.Contains(from, manifests, StringComparison.Ordinal);
            Assert.Equal(1, (await ChartTools.ValidateAsync(manifests.Replace(from, to, StringComparison.Ordinal))).ExitCode);
        }
    }

    [ChartTheory]
    [InlineData("")]
    [InlineData(EverythingOn)]
    [InlineData(EverythingOff)]
    public async Task Rendered_objects_are_valid(string values)
    {
        var rendered = await ChartTools.RenderWithAsync(values);
        Assert.True(rendered.ExitCode == 0, rendered.Error);

        var validation = await ChartTools.ValidateAsync(rendered.Output);
        Assert.True(validation.ExitCode == 0, validation.Output + validation.Error);
        Assert.Empty(ManifestRules.Violations(Manifest.ParseAll(rendered.Output)));
    }

    [ChartFact]
    public async Task Default_release_has_these_objects()
    {
        var kinds = Manifest.ParseAll(await ChartTools.DefaultManifestsAsync())
            .CountBy(manifest => manifest.Kind).Select(kind => $"{kind.Key} {kind.Value}");
        Assert.Equal(
            ["Pod 1", "PodDisruptionBudget 4", "Service 4", "ServiceAccount 1", "StatefulSet 4"], kinds.Order(StringComparer.Ordinal));
    }

    [ChartFact]
    public async Task Roles_with_state_get_disks_and_the_others_an_empty_folder()
    {
        var workloads = Manifest.ParseAll(await ChartTools.DefaultManifestsAsync()).Where(manifest => manifest.IsWorkload).ToList();
        var withDisk = workloads.Where(workload => workload.Root.At("spec", "volumeClaimTemplates").Items().Any()).Select(workload => workload.Name);
        Assert.Equal(["rel-streaming-creatives", "rel-streaming-users"], withDisk.Order(StringComparer.Ordinal));
        Assert.All(workloads, workload => Assert.Equal("Parallel", workload.Root.At("spec", "podManagementPolicy").Text()));
    }

    [ChartFact]
    public async Task Owners_advertise_the_name_of_their_pod_in_a_headless_Service_that_exists()
    {
        var release = Manifest.ParseAll(await ChartTools.DefaultManifestsAsync());
        foreach (var role in new[] { "users", "creatives", "memory" })
        {
            var workload = Workload(release, role);
            var arguments = workload.Arguments.ToList();
            var advertised = new Uri(arguments[arguments.IndexOf("--advertise") + 1].Replace("$(POD_NAME)", "pod-0", StringComparison.Ordinal));
            var service = Assert.Single(release, manifest => manifest.Kind == "Service" && advertised.Host == $"pod-0.{manifest.Name}.ns.svc");
            Assert.Equal(("None", "true"), (service.Root.At("spec", "clusterIP").Text(), service.Root.At("spec", "publishNotReadyAddresses").Text()));
            Assert.Equal(service.Name, workload.Root.At("spec", "serviceName").Text());
            Assert.Contains(service.Root.At("spec", "ports").Items(), port => port.At("port").Text() == $"{advertised.Port}");
        }
    }

    [ChartFact]
    public async Task Kafka_credentials_come_from_the_Secret_and_settings_keep_their_values()
    {
        var users = Workload(Manifest.ParseAll((await ChartTools.RenderWithAsync(EverythingOn)).Output), "users");
        foreach (var (variable, key) in new[] { ("STREAMING_KAFKA_SASL_USERNAME", "username"), ("STREAMING_KAFKA_SASL_PASSWORD", "password") })
        {
            var source = users.Containers.Single().At("env").Items()
                .Single(entry => entry.At("name").Text() == variable).At("valueFrom", "secretKeyRef");
            Assert.Equal(("kafka-credentials", key), (source.At("name").Text(), source.At("key").Text()));
        }

        var arguments = users.Arguments.ToList();
        Assert.Equal("10000000", arguments[arguments.IndexOf("--kafka.message.max.bytes") + 1]);
        Assert.Equal("/etc/streaming/kafka-ca/ca.crt", arguments[arguments.IndexOf("--kafka.ssl.ca.location") + 1]);
    }

    [ChartFact]
    public async Task Own_topology_is_mounted_whole_and_a_change_of_it_restarts_the_pods()
    {
        var release = Manifest.ParseAll((await ChartTools.RenderWithAsync(EverythingOn)).Output);
        Assert.Equal("name: mine\ntopics: []\n", release.Single(manifest => manifest.Kind == "ConfigMap").Root.At("data", "topology.yaml").Text());

        var users = Workload(release, "users");
        Assert.Contains("/etc/streaming/topology/topology.yaml", users.Arguments);
        Assert.Contains(users.Containers.Single().At("volumeMounts").Items(), mount => mount.At("mountPath").Text() == "/etc/streaming/topology");
        var changed = Manifest.ParseAll(
            (await ChartTools.RenderWithAsync(EverythingOn.Replace("name: mine", "name: ours", StringComparison.Ordinal))).Output);
        Assert.NotEqual(Checksum(users), Checksum(Workload(changed, "users")));
    }

    [ChartFact]
    public async Task Long_release_name_leaves_room_for_the_pods_revision_label()
    {
        var rendered = await ChartTools.RenderAsync("--set", $"fullnameOverride={new string('n', 60)}");
        var longest = Manifest.ParseAll(rendered.Output).Where(manifest => manifest.IsWorkload).Max(manifest => manifest.Name.Length);
        // controller-revision-hash is the name, a dash and up to 10 characters, in a label of at most 63.
        Assert.InRange(longest, 1, 63 - 11);
    }

    private static Manifest Workload(IReadOnlyList<Manifest> release, string role) =>
        release.Single(manifest => manifest.IsWorkload && manifest.Name.EndsWith($"-{role}", StringComparison.Ordinal));

    private static string Checksum(Manifest workload) => workload.Pod.At("metadata", "annotations", "checksum/config").Text();
}
