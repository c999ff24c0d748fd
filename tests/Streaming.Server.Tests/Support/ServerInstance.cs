using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Support;

/// <summary>A <c>streaming run</c> of its own process, with its API on a free port.</summary>
internal sealed class ServerInstance : IDisposable
{
    private const int Started = 501;
    private const int Listening = 503;

    private readonly RunningProgram _program;

    private ServerInstance(RunningProgram program, Uri url) => (_program, Http) = (program, new HttpClient { BaseAddress = url });

    /// <summary>Asks its API.</summary>
    public HttpClient Http { get; }

    public string Url => Http.BaseAddress!.ToString().TrimEnd('/');

    /// <summary>Brokers that it works on: those of its own embedded cluster, if it has one.</summary>
    public string BootstrapServers => (string)Logs(Started).Single()[nameof(BootstrapServers)]!;

    /// <summary>Starts an instance; back when its API answers.</summary>
    public static async Task<ServerInstance> StartAsync(TestTopology topology, string stateDirectory, params string[] options)
    {
        var program = StreamingProgram.Start(["run", "--json", "--http", "http://127.0.0.1:0", "--topology", topology.Path, "--state-dir", stateDirectory, .. options]);
        try
        {
            await Eventually.HoldsAsync($"the instance has started; it said: {program.Error}", () => program.HasExited || Logs(program.Error, Listening).Any());
            Assert.False(program.HasExited, program.Error);
            return new(program, new Uri((string)Logs(program.Error, Listening).Single()[nameof(Url)]!));
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Waits until it is ready to serve.</summary>
    public async Task ReadyAsync()
    {
        var said = "";
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        while (!deadline.IsCancellationRequested)
        {
            Assert.False(_program.HasExited, _program.Error);
            using var answer = await Http.GetAsync("/readyz");
            if (answer.StatusCode == HttpStatusCode.OK)
                return;
            said = await answer.Content.ReadAsStringAsync();
            await timer.WaitForNextTickAsync();
        }
        throw new TimeoutException($"not ready: {said}; it said: {_program.Error}");
    }

    /// <summary>Values of its log records with an event id, oldest first.</summary>
    public IReadOnlyList<JsonObject> Logs(int eventId) => [.. Logs(_program.Error, eventId)];

    /// <summary>A GET or, with a body, a POST.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Body)> AskAsync(string path, string? json = null)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = content is null ? await Http.GetAsync(path) : await Http.PostAsync(path, content);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(body.StartsWith('{'), $"{path} answered {answer.StatusCode}: {body}");
        return (answer.StatusCode, JsonNode.Parse(body)!.AsObject());
    }

    public async Task<PrometheusDocument> MetricsAsync() => PrometheusDocument.Parse(await Http.GetStringAsync("/metrics"));

    public Task<ProgramResult> TerminateAsync() => _program.TerminateAsync();

    public Task<ProgramResult> KillAsync() => _program.KillAsync();

    public void Dispose()
    {
        Http.Dispose();
        _program.Dispose();
    }

    // A line that is being written is no JSON yet.
    private static IEnumerable<JsonObject> Logs(string text, int eventId) =>
        from line in text.Split('\n')
        where line.StartsWith('{') && line.TrimEnd().EndsWith('}')
        let record = JsonNode.Parse(line)!
        where (int)record["EventId"]! == eventId
        select record["State"]!.AsObject();
}
