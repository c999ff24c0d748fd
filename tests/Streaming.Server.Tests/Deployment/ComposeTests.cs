using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Streaming.Server.Tests.Deployment;

/// <summary>What can be known about docker-compose.yml without a Docker engine: that its references hold.</summary>
public sealed partial class ComposeTests
{
    private static readonly YamlNode Compose = YamlNodes.Parse(RepositoryFiles.Read("docker-compose.yml")).Single();

    private static IEnumerable<KeyValuePair<string, YamlNode>> Services => Compose.At("services").Entries();

    private static IEnumerable<string[]> Mounts =>
        Services.SelectMany(service => service.Value.At("volumes").Texts()).Select(mount => mount.Split(':'));

    private static List<string> PlatformArguments => [.. Compose.At("services", "streaming", "command").Texts()];

    [Fact]
    public void Every_service_names_a_pinned_image_or_a_build() =>
        Assert.All(Services, service => Assert.True(
            service.Value.At("build").Text() == "." || PinnedImage().IsMatch(service.Value.At("image").Text()),
            $"{service.Key}: {service.Value.At("image").Text()}"));

    [Fact]
    public void Every_mounted_file_exists_and_every_named_volume_is_declared()
    {
        var declared = Compose.At("volumes").Entries().Select(volume => volume.Key).ToList();
        Assert.All(Mounts, mount => Assert.True(
            mount[0].StartsWith("./", StringComparison.Ordinal) ? RepositoryFiles.Exists(mount[0]) : declared.Contains(mount[0]), mount[0]));
        Assert.All(declared, volume => Assert.Contains(Mounts, mount => mount[0] == volume));
    }

    [Fact]
    public void Every_dependency_is_a_service_and_one_that_must_be_healthy_has_a_healthcheck()
    {
        var dependencies = Services.SelectMany(service => service.Value.At("depends_on") is YamlSequenceNode plain
            ? plain.Texts().Select(name => (Name: name, Condition: "service_started"))
            : service.Value.At("depends_on").Entries().Select(entry => (Name: entry.Key, Condition: entry.Value.At("condition").Text()))).ToList();
        Assert.NotEmpty(dependencies);
        Assert.All(dependencies, dependency =>
        {
            Assert.NotNull(Compose.At("services", dependency.Name));
            if (dependency.Condition == "service_healthy")
                Assert.NotNull(Compose.At("services", dependency.Name, "healthcheck", "test"));
        });
    }

    [Fact]
    public void Platform_reaches_Kafka_at_an_address_that_the_broker_advertises_to_it()
    {
        var arguments = PlatformArguments;
        var bootstrap = arguments[arguments.IndexOf("--bootstrap-servers") + 1];
        var advertised = Compose.At("services", "kafka", "environment", "KAFKA_ADVERTISED_LISTENERS").Text()
            .Split(',').Select(listener => listener.Split("://")[1]);
        Assert.Contains(bootstrap, advertised);
        Assert.NotNull(Compose.At("services", bootstrap.Split(':')[0]));
    }

    [Fact]
    public void Every_advertised_listener_listens_on_its_port_under_a_known_protocol()
    {
        var environment = Compose.At("services", "kafka", "environment");
        var listening = Listeners(environment.At("KAFKA_LISTENERS").Text());
        var protocols = environment.At("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP").Text().Split(',').Select(entry => entry.Split(':')[0]).ToList();
        Assert.All(Listeners(environment.At("KAFKA_ADVERTISED_LISTENERS").Text()), advertised => Assert.Contains(advertised, listening));
        Assert.All(listening, listener => Assert.Contains(listener.Key, protocols));
        Assert.Contains(environment.At("KAFKA_INTER_BROKER_LISTENER_NAME").Text(), protocols);
    }

    [Fact]
    public void Prometheus_scrapes_the_platform_where_it_listens()
    {
        var arguments = PlatformArguments;
        var port = new Uri(arguments[arguments.IndexOf("--http") + 1]).Port;
        var scrape = YamlNodes.Parse(RepositoryFiles.Read("deploy/prometheus/prometheus.yml")).Single();
        var targets = scrape.At("scrape_configs").Items()
            .SelectMany(job => job.At("static_configs").Items()).SelectMany(config => config.At("targets").Texts());
        Assert.Equal([$"streaming:{port}"], targets);
    }

    [Fact]
    public void Grafana_is_provisioned_with_the_source_and_the_folder_that_the_dashboard_needs()
    {
        var source = Provisioned("datasources/prometheus.yaml").At("datasources").Items().Single();
        var prometheus = new Uri(source.At("url").Text());
        Assert.NotNull(Compose.At("services", prometheus.Host));
        Assert.NotEmpty(Panels());
        Assert.All(Panels(), panel => Assert.Equal(source.At("uid").Text(), panel.GetProperty("datasource").GetProperty("uid").GetString()));

        var provider = Provisioned("dashboards/streaming.yaml").At("providers").Items().Single();
        Assert.Contains(Mounts, mount => mount[0] == "./deploy/grafana/dashboards" && mount[1] == provider.At("options", "path").Text());
        var home = Compose.At("services", "grafana", "environment", "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH").Text();
        Assert.Equal($"{provider.At("options", "path").Text()}/streaming.json", home);
    }

    [Fact]
    public void Dashboard_shows_the_metrics_that_the_platform_exports()
    {
        var shown = Panels().SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => Metric().Matches(target.GetProperty("expr").GetString()!).Select(match => match.Value)).Distinct();
        Assert.Equal(
            [
                "streaming_consumer_lag", "streaming_dead_letters_total", "streaming_freshness_seconds_bucket", "streaming_model_info",
                "streaming_records_processed_total", "streaming_sequence_batch_duration_seconds_bucket", "streaming_sequence_batch_size_bucket",
                "streaming_sequence_batch_size_count", "streaming_sequence_batch_size_sum", "streaming_sequence_cache_evictions_total",
                "streaming_sequence_cache_hits_total", "streaming_sequence_cache_rebuilds_total", "streaming_sequence_step_duration_seconds_bucket",
            ],
            shown.Order(StringComparer.Ordinal));
    }

    private static YamlNode Provisioned(string file) => YamlNodes.Parse(RepositoryFiles.Read($"deploy/grafana/provisioning/{file}")).Single();

    private static List<JsonElement> Panels() =>
        [.. JsonDocument.Parse(RepositoryFiles.Read("deploy/grafana/dashboards/streaming.json")).RootElement.GetProperty("panels").EnumerateArray()];

    /// <summary>Name and port of <c>NAME://host:port</c>, comma separated.</summary>
    private static Dictionary<string, string> Listeners(string text) =>
        text.Split(',').Select(listener => listener.Split("://")).ToDictionary(parts => parts[0], parts => parts[1].Split(':')[1]);

    [GeneratedRegex(@"^[a-z0-9./-]+:v?[0-9]+\.[0-9]+\.[0-9]+$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex("streaming_[a-z_]+")]
    private static partial Regex Metric();
}
