using System.CommandLine;
using Streaming.Server.Bench.Memory;

namespace Streaming.Server.Commands;

/// <summary>The options that only <c>bench memory</c> reads.</summary>
internal sealed class MemoryBenchArguments
{
    private readonly Option<string[]> _cases = new("--case") { Description = "memory: one case only; may be repeated [default: all]" };
    private readonly Option<int> _entries = new("--entries") { Description = "memory: entries of the generated sets", DefaultValueFactory = _ => MemoryBenchOptions.DefaultEntries };
    private readonly Option<int> _dimension = new("--dim") { Description = "memory: numbers in a vector where the case's name does not say it", DefaultValueFactory = _ => new MemoryBenchOptions().Dimension };
    private readonly Option<string?> _peers = new("--peers") { Description = "memory: folder with vector/peer [default: STREAMING_TEST_PEERS, or ../shared/peers beside the repository]" };
    private readonly Option<bool> _noPeers = new("--no-peers") { Description = "memory: measure no other library" };
    private readonly Option<bool> _hnswlib = new("--hnswlib") { Description = "memory: measure Debian's python3-hnswlib too; it builds for many minutes" };
    private readonly Option<string?> _data = new("--data") { Description = "memory: folder of the public data sets [default: STREAMING_TEST_DATA, or ../shared/data beside the repository]" };

    public MemoryBenchArguments(Command command)
    {
        foreach (var option in (Option[])[_cases, _entries, _dimension, _peers, _noPeers, _hnswlib, _data])
            command.Options.Add(option);
    }

    /// <exception cref="CommandException">A value breaks a rule: show the message.</exception>
    public MemoryBenchOptions Read(ParseResult result) => new()
    {
        Cases = result.GetValue(_cases) ?? [],
        Entries = result.GetValue(_entries),
        Dimension = result.GetValue(_dimension) is >= 8 and <= 1_024 and var dimension ? dimension : throw new CommandException("--dim: 8..1024"),
        Peers = result.GetValue(_peers),
        HasPeers = !result.GetValue(_noPeers),
        Hnswlib = result.GetValue(_hnswlib),
        Data = result.GetValue(_data),
    };
}
