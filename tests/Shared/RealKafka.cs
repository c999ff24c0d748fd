using System.Diagnostics;

namespace Streaming.TestSupport;

/// <summary>
/// A real Kafka cluster on loopback, for one test or one test run. It is gone when this is disposed and also when the test process ends
/// in any other way: a guard process waits on a pipe from it and removes the cluster when the pipe closes.
/// </summary>
public sealed class RealKafka : IDisposable
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(120);

    private readonly string _script;
    private readonly TestDirectory _folder = new();
    private readonly Process _guard;
    private Dictionary<string, string> _lines = [];

    private RealKafka(string script)
    {
        _script = script;
        _guard = Process.Start(new ProcessStartInfo("bash", ["-c", "read -r _; exec \"$0\" remove \"$1\"", script, Cluster])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>host:port of each broker, comma separated.</summary>
    public string BootstrapServers => _lines["KAFKA_BOOTSTRAP_SERVERS"];

    /// <summary>Plain-text brokers that take this machine for the super user; only of a secure cluster.</summary>
    public string AdminServers => _lines["KAFKA_ADMIN_SERVERS"];

    /// <summary>PEM file of the authority that signed the brokers' certificate; only of a secure cluster.</summary>
    public string CertificateAuthority => _lines["KAFKA_CA"];

    /// <summary>The id that the cluster was formatted with.</summary>
    public string ClusterId => File.ReadAllText(Path.Combine(Cluster, "cluster.id")).Trim();

    private string Cluster => _folder.Path;

    /// <summary>Starts a cluster and waits until it is ready.</summary>
    /// <param name="brokers">Brokers, 1 to 9.</param>
    /// <param name="secure">Clients must use TLS and SASL, and need ACLs.</param>
    /// <param name="settings">Broker settings, <c>name=value</c>.</param>
    /// <exception cref="InvalidOperationException">It does not start; the message says what the script said.</exception>
    public static RealKafka Start(int brokers = 1, bool secure = false, params string[] settings)
    {
        var kafka = new RealKafka(RealKafkaLocation.Script ?? throw new InvalidOperationException(RealKafkaLocation.Missing(ownCluster: true)));
        try
        {
            string[] options = ["--brokers", $"{brokers}", "--dir", kafka.Cluster, .. secure ? ["--secure"] : Array.Empty<string>()];
            var printed = kafka.Command(["start", .. options, .. settings.SelectMany(s => new[] { "--set", s })]);
            kafka._lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1]);
            return kafka;
        }
        catch
        {
            kafka.Dispose();
            throw;
        }
    }

    /// <summary>Kills a broker (SIGKILL) and waits until it is gone.</summary>
    public void Kill(int node) => Command(["kill", Cluster, $"{node}"]);

    /// <summary>Stops a broker where it is (SIGSTOP): its port is open, and it is silent.</summary>
    public void Pause(int node) => Command(["pause", Cluster, $"{node}"]);

    /// <summary>Lets a paused broker go on.</summary>
    public void Resume(int node) => Command(["resume", Cluster, $"{node}"]);

    /// <summary>Starts a killed broker again, on its port and data, and waits until it is ready.</summary>
    public void Up(int node) => Command(["up", Cluster, $"{node}"]);

    /// <summary>Stops the brokers and deletes their data.</summary>
    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
        _folder.Dispose();
    }

    private string Command(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(_script, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(CommandTimeout))
        {
            process.Kill();
            throw new InvalidOperationException($"'cluster {arguments[0]}' has not ended after {CommandTimeout.TotalSeconds:0} s");
        }
        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new InvalidOperationException($"'cluster {arguments[0]}' ended with {process.ExitCode}: {error.GetAwaiter().GetResult()}");
    }
}
