namespace Streaming.Server.Bench.Memory;

/// <summary>How large a run of <c>bench memory</c> is, and whom it compares with.</summary>
internal sealed record MemoryBenchOptions
{
    public const int DefaultEntries = 1_000_000;

    /// <summary>Entries of every generated set; <see cref="LeastEntries"/> or more.</summary>
    public int Entries { get; init; } = DefaultEntries;

    /// <summary>Numbers in a vector of the cases whose name does not say it.</summary>
    public int Dimension { get; init; } = 64;

    public int Queries { get; init; } = 2_000;

    /// <summary>Names of cases to run; empty = all.</summary>
    public IReadOnlyList<string> Cases { get; init; } = [];

    /// <summary>How long a case with a load watches it.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether other libraries are measured beside; without them their fields are left out.</summary>
    public bool HasPeers { get; init; } = true;

    /// <summary>The folder that holds vector/peer; null = STREAMING_TEST_PEERS, or ../shared/peers beside the repository.</summary>
    public string? Peers { get; init; }

    /// <summary>Whether hnswlib is measured too: it takes minutes to build a million entries.</summary>
    public bool Hnswlib { get; init; }

    /// <summary>The folder of the public data sets; null = STREAMING_TEST_DATA, or ../shared/data beside the repository.</summary>
    public string? Data { get; init; }

    /// <summary>Fewer would be searched exactly, which measures nothing.</summary>
    public const int LeastEntries = 10_000;
}
