using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Upkeep;
using Streaming.Memory.Versions;

namespace Streaming.Memory;

/// <summary>What a namespace is made of: its writer changes it, and readers read it as <see cref="Versions"/> allows.</summary>
internal sealed record NamespaceParts(
    NamespaceOptions Options,
    TimeProvider Time,
    RowStore Rows,
    IdIndex Index,
    ListStore Lists,
    VersionLog Versions,
    SourceNames Sources,
    TombstoneSet Tombstones,
    FilterDeletes FilterDeletes)
{
    /// <summary>Those of an empty namespace at version 0.</summary>
    /// <exception cref="ArgumentException">The options break rules, all of which the message names.</exception>
    public static NamespaceParts Of(NamespaceOptions options, TimeProvider time)
    {
        var violations = NamespaceOptionsValidator.Validate(options);
        if (violations.Count > 0)
            throw new ArgumentException(string.Join("; ", violations), nameof(options));
        RowStore rows = new(options.Format, options.Dimension, options.PageRows, options.Eviction == EvictionOrder.LeastRecentlyUsed);
        return new NamespaceParts(
            options,
            time,
            rows,
            new IdIndex(rows),
            new ListStore(rows, options.ChunkEntries),
            new VersionLog(options.Retention, NowMs(time)),
            new SourceNames(),
            new TombstoneSet(options.MaxTombstones),
            new FilterDeletes(options.MaxFilterDeletes));
    }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long NowMs() => NowMs(Time);

    private static long NowMs(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();
}
