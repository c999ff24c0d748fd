using System.Diagnostics;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Server.Commands;

namespace Streaming.Server.Bench;

/// <summary>
/// A real Kafka for a benchmark: the one named by KAFKA_BOOTSTRAP_SERVERS, else one that a cluster script starts
/// (STREAMING_TEST_KAFKA, or ../shared/kafka/cluster beside the repository) and removes at the end.
/// </summary>
internal sealed class BenchCluster : IDisposable
{
    private readonly string _script;
    private readonly string _directory;

    private BenchCluster(string script, string directory) => (_script, _directory) = (script, directory);

    /// <summary>A cluster, or null when there is none on this machine.</summary>
    public static Cluster? TryOpen()
    {
        if (Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 } servers)
            return Open(servers, null);
        if (Script() is not { } script)
            return null;
        var directory = Directory.CreateTempSubdirectory("streaming-kafka-");
        var cluster = new BenchCluster(script, Path.Combine(directory.FullName, "cluster"));
        var line = cluster.Run("start", "--dir", cluster._directory).Split('\n').First(l => l.StartsWith("KAFKA_BOOTSTRAP_SERVERS=", StringComparison.Ordinal));
        return Open(line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim(), cluster);
    }

    public void Dispose()
    {
        Run("remove", _directory);
        Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);
    }

    private static Cluster Open(string servers, IDisposable? owned)
    {
        var options = new KafkaOptions { BootstrapServers = servers };
        return new Cluster(options, new KafkaTopicAdmin(options), owned);
    }

    private static string? Script()
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Installation.Find(Path.Combine("topologies", "ads.yaml"))))!;
        string?[] candidates = [Environment.GetEnvironmentVariable("STREAMING_TEST_KAFKA"), Path.Combine(root, "..", "shared", "kafka", "cluster")];
        return candidates.FirstOrDefault(File.Exists);
    }

    private string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(_script, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{_script} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
