namespace Streaming.Server.Tests.Replay;

/// <summary>Topics and a state directory of their own, on a real cluster, that replays can be started on again and again.</summary>
internal sealed class ReplayPlace : IDisposable
{
    private readonly string _bootstrapServers;
    private readonly TestDirectory _state = new();
    private readonly TestTopology _topology;

    /// <param name="bootstrapServers">The cluster.</param>
    /// <param name="commitInterval">How often tasks commit, as a topology writes it.</param>
    /// <param name="edit">Another change to the topology's text.</param>
    public ReplayPlace(string bootstrapServers, string commitInterval = "500ms", Func<string, string>? edit = null)
    {
        _bootstrapServers = bootstrapServers;
        _topology = new("", edit: text => TestTopology.Replace(edit?.Invoke(text) ?? text, "commit_interval: 500ms", $"commit_interval: {commitInterval}"));
        Progress = new(bootstrapServers);
    }

    public string Prefix { get; } = TestTopology.NewPrefix();

    public TopicProgress Progress { get; }

    public string UserFeatures => Prefix + "user-features";

    public string CreativeFeatures => Prefix + "creative-features";

    /// <summary>The state of its tasks.</summary>
    public TaskStates State => new(Path.Combine(_state.Path, Prefix + "ads"));

    public Task<ReplaySummary> RunAsync(string dataSet, string? stateDirectory = null) => ReplaySummary.OfAsync(dataSet, Options(stateDirectory));

    /// <summary>Runs a replay up to a moment, told by how many records a topic has by then, and kills it there.</summary>
    public async Task RunAndKillAsync(string dataSet, string topic, long records)
    {
        using var replay = ReplaySummary.Start(dataSet, Options(null));
        await Progress.ReachesAsync(topic, records, replay);
        Assert.Equal(ProgramResult.Killed, (await replay.KillAsync()).ExitCode);
    }

    public void Dispose()
    {
        Progress.Dispose();
        _topology.Dispose();
        _state.Dispose();
    }

    private string[] Options(string? stateDirectory) =>
        ["--bootstrap-servers", _bootstrapServers, "--prefix", Prefix, "--topology", _topology.Path, "--state-dir", stateDirectory ?? _state.Path];
}
