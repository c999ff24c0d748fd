namespace Streaming.Server.Tests.Commands;

public sealed class HelpTests
{
    private static readonly string[] Commands =
        ["demo", "run", "replay", "produce", "tail", "export", "user", "creative", "search", "memory", "topology", "codebook", "encoder", "creatives", "model", "accuracy", "bench"];

    public static TheoryData<string> EveryCommand => [.. Commands, "topology validate", "codebook train", "model init", "memory delete"];

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Every_command_has_help(string command)
    {
        var result = (await StreamingProgram.RunAsync([.. command.Split(' '), "--help"])).Exited(0);
        Assert.Contains($"streaming {command}", result.Output, StringComparison.Ordinal);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task The_program_lists_its_commands()
    {
        var help = (await StreamingProgram.RunAsync("--help")).Exited(0).Output;
        var listed = help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1)
            .Where(l => l.StartsWith("  ", StringComparison.Ordinal) && l[2] != ' ')
            .Select(l => l.TrimStart().Split(' ')[0]);
        Assert.Equal(Commands, listed);
    }
}
