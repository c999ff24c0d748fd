namespace Streaming.TestSupport;

/// <summary>
/// Where the tests find a real Kafka: the script that <c>STREAMING_TEST_KAFKA</c> names, else <c>../shared/kafka/cluster</c> beside the
/// repository, else the brokers of <c>KAFKA_BOOTSTRAP_SERVERS</c>.
/// </summary>
public static class RealKafkaLocation
{
    /// <summary>The script that starts clusters, or null.</summary>
    public static string? Script { get; } = FindScript();

    /// <summary>Brokers that somebody else runs, or null. Not used when there is a script.</summary>
    public static string? BootstrapServers { get; } = NullIfEmpty(Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS"));

    /// <summary>Why a test cannot run, in one line, or null when it can.</summary>
    /// <param name="ownCluster">The test starts a cluster of its own, to hurt it or to set it up otherwise.</param>
    public static string? Missing(bool ownCluster) =>
        Script is not null || (!ownCluster && BootstrapServers is not null)
            ? null
            : ownCluster
                ? "needs a Kafka of its own: STREAMING_TEST_KAFKA names no cluster script"
                : "needs a real Kafka: neither STREAMING_TEST_KAFKA nor KAFKA_BOOTSTRAP_SERVERS is set";

    private static string? FindScript()
    {
        if (NullIfEmpty(Environment.GetEnvironmentVariable("STREAMING_TEST_KAFKA")) is { } named)
            return named; // A wrong name fails the tests that need it; skipping them would hide it.
        var beside = Path.Combine(RepositoryRoot(), "..", "shared", "kafka", "cluster");
        return File.Exists(beside) ? Path.GetFullPath(beside) : null;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Streaming.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no Streaming.sln above {AppContext.BaseDirectory}: run the tests from a checkout");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
