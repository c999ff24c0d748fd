using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Commands;

/// <summary>Wrong usage: exit code 2 and one line that names what to correct.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("Required command", "")]
    [InlineData("'teleport'", "teleport")]
    [InlineData("'directory'", "replay")]
    [InlineData("'--bogus'", "run --bogus")]
    [InlineData("--roles 'cooks'", "run --roles users,cooks")]
    [InlineData("--roles", "run --roles ,")]
    [InlineData("'--group-instance-id'", "run --group-instance-id")]
    [InlineData("--advertise 'elsewhere'", "run --advertise elsewhere")]
    [InlineData("--http 'nonsense'", "run --http nonsense")]
    [InlineData("--http 'nonsense'", "demo --http nonsense")]
    [InlineData("/no/such/directory is not a directory", "replay /no/such/directory")]
    [InlineData("/no/such.yaml", "run --topology /no/such.yaml")]
    [InlineData("'abc' for option '--seconds'", "demo --seconds abc")]
    [InlineData("--seconds, --rate and --users must be positive", "demo --seconds 0")]
    [InlineData("'--bootstrap-servers'", "tail user-events")]
    [InlineData("'--bootstrap-servers'", "produce user-events")]
    [InlineData("topic 'user-event'", "tail user-event --bootstrap-servers 127.0.0.1:1")]
    [InlineData("topic 'user-features'", "produce user-features --bootstrap-servers 127.0.0.1:1")]
    [InlineData("--file '/no/such.json'", "produce user-events --bootstrap-servers 127.0.0.1:1 --file /no/such.json")]
    [InlineData("--vector: 'b'", "search --vector 1,b")]
    [InlineData("--where 'category'", "search --text x --where category")]
    [InlineData("namespace 'nowhere': must be one of creatives", "memory delete nowhere a --bootstrap-servers 127.0.0.1:1")]
    [InlineData("'--bootstrap-servers'", "memory delete creatives a")]
    [InlineData("what is deleted: keys, or --where name=value", "memory delete creatives --bootstrap-servers 127.0.0.1:1")]
    [InlineData("what is deleted: keys, or --where name=value", "memory delete creatives a --where b=c --bootstrap-servers 127.0.0.1:1")]
    [InlineData("--where 'b': must be name=value", "memory delete creatives --where b --bootstrap-servers 127.0.0.1:1")]
    [InlineData("--dry-run: counts what --where means", "memory delete creatives a --dry-run")]
    [InlineData("--confirm '': must repeat the namespace, 'facts'", "memory drop facts")]
    [InlineData("'many' for option '-k'", "search --text x -k many")]
    [InlineData("--api 'nowhere'", "user u-1 --api nowhere")]
    [InlineData("'--output'", "model init")]
    [InlineData("'--output'", "codebook train /tmp")]
    [InlineData("Required command", "codebook")]
    [InlineData("bench 'nothing'", "bench nothing")]
    [InlineData("'--output'", "export --workload ads")]
    [InlineData("exactly one of --data, --workload and --bootstrap-servers", "export --output /tmp/export")]
    [InlineData("exactly one of --data, --workload and --bootstrap-servers", "export --output /tmp/export --workload ads --data /tmp")]
    [InlineData("--workload 'news'", "export --output /tmp/export --workload news")]
    [InlineData("--events and --users must be positive", "export --output /tmp/export --workload ads --events 0")]
    [InlineData("'--data'", "accuracy")]
    [InlineData("/no/such/directory is not a directory", "accuracy --data /no/such/directory")]
    [InlineData("--kafka.acks needs a value", "run --kafka.acks")]
    [InlineData("\"no.such.setting\"", "run --kafka.no.such.setting 1")]
    [InlineData("\"no.such.setting\"", "replay DATA --kafka.no.such.setting=1")]
    [InlineData("\"no.such.setting\"", "tail user-events --bootstrap-servers 127.0.0.1:1 --kafka.no.such.setting 1")]
    [InlineData("\"no.such.setting\"", "produce user-events --bootstrap-servers 127.0.0.1:1 --kafka.no.such.setting 1")]
    [InlineData("\"batch.size\"", "run --kafka.batch.size huge")]
    public async Task Wrong_usage_is_exit_code_2_and_one_line_that_names_it(string names, string command)
    {
        using var state = new TestDirectory();
        string[] arguments = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a == "DATA" ? SmallDataSet.First.Folder : a)];
        if (arguments is ["run", ..])
            arguments = ["run", "--state-dir", state.Path, .. arguments[1..]];

        var result = (await StreamingProgram.RunAsync(arguments)).Exited(2);

        Assert.Equal("", result.Output);
        Assert.StartsWith("streaming: ", Assert.Single(result.Error.TrimEnd().Split('\n'), l => !l.Contains("Topology ads", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(names, result.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_is_a_client_setting_too()
    {
        var variables = new Dictionary<string, string> { ["STREAMING_KAFKA_NO_SUCH_SETTING"] = "1" };
        var result = (await StreamingProgram.RunAsync(variables, "", "run")).Exited(2);
        Assert.Contains("\"no.such.setting\"", result.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_wins_over_a_variable()
    {
        using var data = new TemporaryDataSet().With("movies.csv", "movieId,title,genres", "1,A film (1999),Drama").With("ratings.csv", "userId,movieId,rating,timestamp", "1,1,4.0,1500000000");
        var variables = new Dictionary<string, string> { ["STREAMING_KAFKA_BATCH_SIZE"] = "huge" };
        Assert.Contains("\"batch.size\"", (await Replay()).Exited(2).LastError, StringComparison.Ordinal);
        (await Replay("--kafka.batch.size", "65536")).Exited(0);

        Task<ProgramResult> Replay(params string[] options) => StreamingProgram.RunAsync(variables, "", ["replay", data.Path, .. options]);
    }
}
