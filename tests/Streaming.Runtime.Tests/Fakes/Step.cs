namespace Streaming.Runtime.Tests.Fakes;

/// <summary>What happens to an instance at one turn of its loop.</summary>
internal abstract record Step
{
    /// <summary>A poll brings up to this many records.</summary>
    internal sealed record Poll(int Records) : Step;

    /// <summary>The commit interval passes; nothing that is in flight is delivered.</summary>
    internal sealed record BeginCommit : Step;

    /// <summary>Everything in flight is delivered and everything applied is committed.</summary>
    internal sealed record Commit : Step;

    /// <summary>Some of the records in flight are delivered.</summary>
    internal sealed record Deliver(int Records) : Step;

    /// <summary>Some of the records in flight are given up.</summary>
    internal sealed record Fail(int Records) : Step;

    /// <summary>kill −9, and a new process on the same disk. The brokers have <paramref name="Kept"/> of the records in flight.</summary>
    internal sealed record Crash(int Kept) : Step;

    /// <summary>All partitions are revoked and come back.</summary>
    internal sealed record Rebalance : Step;

    /// <summary>All partitions are lost to another member and come back.</summary>
    internal sealed record Lose(int Kept) : Step;

    /// <summary>The test does something between two polls.</summary>
    internal sealed record Do(Action<Instance> Act) : Step;
}
