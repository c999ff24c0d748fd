namespace Streaming.Memory.Tests.Model;

/// <summary>One step of a random interleaving.</summary>
internal abstract record Operation
{
    /// <summary>The same step with seconds for milliseconds.</summary>
    public Operation InSeconds() => this switch
    {
        Upsert upsert => upsert with { Stamp = InSeconds(upsert.Stamp), ValidUntilMs = upsert.ValidUntilMs * 1_000, ValidFromMs = upsert.ValidFromMs * 1_000 },
        Delete delete => delete with { Stamp = InSeconds(delete.Stamp) },
        DeleteWhere delete => delete with { Stamp = InSeconds(delete.Stamp) },
        Advance advance => advance with { Ms = advance.Ms * 1_000 },
        _ => this,
    };

    private static WriteStamp InSeconds(WriteStamp stamp) => stamp with { EventTimeMs = stamp.EventTimeMs * 1_000 };

    internal sealed record Upsert(string Id, float[] Vector, string Color, WriteStamp Stamp, long? ValidUntilMs, long ValidFromMs = 0) : Operation
    {
        public override string ToString() => $"Upsert({Id}, [{string.Join(' ', Vector)}], {Color}, {Stamp}, until {ValidUntilMs?.ToString() ?? "default"}, from {ValidFromMs})";
    }

    internal sealed record Delete(string Id, WriteStamp Stamp) : Operation;

    internal sealed record DeleteWhere(string Color, WriteStamp Stamp) : Operation;

    internal sealed record Advance(int Ms) : Operation;

    internal sealed record Expire : Operation;

    internal sealed record RemoveSource(string Source) : Operation;

    internal sealed record Publish : Operation;

    internal sealed record TakeSnapshot : Operation;

    /// <summary>Publishes, and holds the version for a snapshot on disk.</summary>
    internal sealed record Capture : Operation;

    /// <summary>Writes the captured version to disk, goes on with a namespace restored from it, and gives that what came after the capture once more.</summary>
    internal sealed record Restart : Operation;

    /// <summary>Of the snapshots taken so far, the one at Pick modulo their count.</summary>
    internal sealed record Query(int Pick, float[] Vector, int K, string? Color, string Id, int HalfLifeMs = 0, float? MinScore = null) : Operation
    {
        public override string ToString() => $"Query(#{Pick}, [{string.Join(' ', Vector)}], k {K}, {Color}, {Id}, half-life {HalfLifeMs}, from {MinScore})";
    }
}
