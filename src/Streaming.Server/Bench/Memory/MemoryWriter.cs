using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Streaming.Memory;
using Streaming.Memory.Rules;

namespace Streaming.Server.Bench.Memory;

/// <summary>The one writer of a namespace under measurement.</summary>
internal sealed class MemoryWriter
{
    public const int BatchWrites = 1_000;
    private const string Source = "bench-0";
    private static readonly TimeSpan UpkeepPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestTraining = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan NothingToReclaim = TimeSpan.FromSeconds(1);
    private readonly long _eventTimeMs;
    private long _offset;

    /// <summary>An empty namespace that compares by dot product, as the peers do.</summary>
    public MemoryWriter(int dimension, TimeProvider? time = null, int versions = 1)
    {
        time ??= TimeProvider.System;
        _eventTimeMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        Memory = new VectorNamespace(Options(dimension, versions), time);
    }

    public VectorNamespace Memory { get; }

    /// <summary>A namespace with all of a table, row i under the id of i, whose lists are trained and filled.</summary>
    public static MemoryWriter Filled(VectorTable rows, CancellationToken cancellationToken)
    {
        var writer = new MemoryWriter(rows.Dimension);
        writer.Fill(rows, cancellationToken);
        return writer;
    }

    /// <summary>What every namespace under measurement is made with.</summary>
    public static NamespaceOptions Options(int dimension, int versions = 1) => new()
    {
        Name = "bench",
        Dimension = dimension,
        Metric = Metric.Dot,
        MaxEntries = 100_000_000,
        Retention = new RetentionOptions { Versions = versions, Time = TimeSpan.FromHours(1) },
    };

    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number:0000000}");

    public static int Number(string id) => int.Parse(id.AsSpan(1), CultureInfo.InvariantCulture);

    public void Fill(VectorTable rows, CancellationToken cancellationToken, Func<int, IReadOnlyDictionary<string, string>?>? attributes = null, Func<int, long?>? validUntilMs = null)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            Write(Id(row), rows[row], attributes?.Invoke(row), validUntilMs?.Invoke(row));
            if ((row + 1) % BatchWrites != 0)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            Memory.Publish();
        }
        Settle(cancellationToken);
    }

    public void Write(string id, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, string>? attributes = null, long? validUntilMs = null) =>
        Memory.Upsert(id, vector, attributes, new WriteStamp(_eventTimeMs, Source, _offset++), validUntilMs);

    /// <summary>Publishes, as a running role does without writes too, until lists are trained, entries moved, and no more rows come back.</summary>
    public void Settle(CancellationToken cancellationToken)
    {
        var (state, changed) = (State(), Stopwatch.GetTimestamp());
        while (!(HasTrained() && Memory.StoredRows == Memory.LiveEntries)
            && Stopwatch.GetElapsedTime(changed) < (HasTrained() ? NothingToReclaim : LongestTraining))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Memory.Publish();
            if (State() is var now && now != state)
                (state, changed) = (now, Stopwatch.GetTimestamp());
            Thread.Sleep(UpkeepPause);
        }
        Memory.Publish();
    }

    // Lists are trained anew when there should be twice as many (NamespaceOptions.EntriesPerList), in powers of two.
    private bool HasTrained() =>
        !Memory.IsMoving && BitOperations.RoundUpToPowerOf2((uint)(Memory.LiveEntries / Memory.Options.EntriesPerList)) < 2 * Memory.Lists;

    private (int, int, bool) State() => (Memory.Lists, Memory.StoredRows, Memory.IsMoving);
}
