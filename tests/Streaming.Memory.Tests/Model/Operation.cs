namespace Streaming.Memory.Tests.Model;

/// <summary>One step of a random interleaving.</summary>
internal abstract record Operation
{
    internal sealed record Upsert(string Id, float[] Vector, string Color, WriteStamp Stamp, long? ValidUntilMs) : Operation
    {
        public override string ToString() => $"Upsert({Id}, [{string.Join(' ', Vector)}], {Color}, {Stamp}, until {ValidUntilMs?.ToString() ?? "default"})";
    }

    internal sealed record Delete(string Id, WriteStamp Stamp) : Operation;

    internal sealed record DeleteWhere(string Color, WriteStamp Stamp) : Operation;

    internal sealed record Advance(int Ms) : Operation;

    internal sealed record Expire : Operation;

    internal sealed record RemoveSource(string Source) : Operation;

    internal sealed record Publish : Operation;

    internal sealed record TakeSnapshot : Operation;

    /// <summary>Of the snapshots taken so far, the one at Pick modulo their count.</summary>
    internal sealed record Query(int Pick, float[] Vector, int K, string? Color, string Id, int HalfLifeMs = 0, float? MinScore = null) : Operation
    {
        public override string ToString() => $"Query(#{Pick}, [{string.Join(' ', Vector)}], k {K}, {Color}, {Id}, half-life {HalfLifeMs}, from {MinScore})";
    }
}
