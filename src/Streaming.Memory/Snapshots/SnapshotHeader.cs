using System.Globalization;
using System.Text.Json;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Snapshots;

/// <summary>What a snapshot says of itself. Immutable.</summary>
public sealed record SnapshotHeader
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The namespace's name.</summary>
    public required string Namespace { get; init; }

    /// <summary>Where the sources are, such as the id of a Kafka cluster: offsets mean nothing elsewhere.</summary>
    public required string Origin { get; init; }

    /// <summary>When the version was captured; unix ms, UTC.</summary>
    public required long CapturedAtMs { get; init; }

    /// <summary>The version that was captured. A restored namespace counts anew.</summary>
    public required long Version { get; init; }

    /// <summary>Entries of the version.</summary>
    public required long Entries { get; init; }

    /// <summary>Numbers in a vector.</summary>
    public required int Dimension { get; init; }

    /// <summary>How vectors are compared; lists and codes depend on it.</summary>
    public required string Metric { get; init; }

    /// <summary>How vectors are held.</summary>
    public required string Format { get; init; }

    /// <summary>Default life of an entry in ms; 0 = for ever.</summary>
    public required long TimeToLiveMs { get; init; }

    /// <summary>Entries kept.</summary>
    public required int MaxEntries { get; init; }

    /// <summary>Removals remembered.</summary>
    public required int MaxTombstones { get; init; }

    /// <summary>Deletes by filter remembered.</summary>
    public required int MaxFilterDeletes { get; init; }

    /// <summary>Which entries leave a full namespace.</summary>
    public required string Eviction { get; init; }

    /// <summary>Sources by the numbers that entries name them by.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>How much of each source it holds.</summary>
    public required IReadOnlyList<SourcePosition> Positions { get; init; }

    /// <summary>What a snapshot says of itself, without reading the rest of it.</summary>
    /// <exception cref="SnapshotException">It says nothing that can be believed.</exception>
    public static SnapshotHeader Read(string path) => SnapshotLoader.ReadHeader(path);

    /// <summary>A header of a namespace with these options; the sizes and positions are the caller's.</summary>
    internal static SnapshotHeader Of(NamespaceOptions options) => new()
    {
        Namespace = options.Name,
        Dimension = options.Dimension,
        Metric = options.Metric.ToString(),
        Format = options.Format.ToString(),
        TimeToLiveMs = (long)(options.TimeToLive ?? TimeSpan.Zero).TotalMilliseconds,
        MaxEntries = options.MaxEntries,
        MaxTombstones = options.MaxTombstones,
        MaxFilterDeletes = options.MaxFilterDeletes,
        Eviction = options.Eviction.ToString(),
        Origin = "",
        CapturedAtMs = 0,
        Version = 0,
        Entries = 0,
        Sources = [],
        Positions = [],
    };

    /// <summary>The option that decides what a namespace holds and is another one; null when all are the same.</summary>
    internal string? Mismatch(NamespaceOptions options)
    {
        SnapshotHeader own = Of(options);
        return Differs("namespace", Namespace, own.Namespace)
            ?? Differs("dimension", Dimension, own.Dimension)
            ?? Differs("metric", Metric, own.Metric)
            ?? Differs("format", Format, own.Format)
            ?? Differs("time_to_live_ms", TimeToLiveMs, own.TimeToLiveMs)
            ?? Differs("max_entries", MaxEntries, own.MaxEntries)
            ?? Differs("max_tombstones", MaxTombstones, own.MaxTombstones)
            ?? Differs("max_filter_deletes", MaxFilterDeletes, own.MaxFilterDeletes)
            ?? Differs("eviction", Eviction, own.Eviction);
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="JsonException">It is none.</exception>
    internal static SnapshotHeader OfJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<SnapshotHeader>(json, Json) ?? throw new JsonException("null");

    private static string? Differs<T>(string name, T held, T wanted) =>
        EqualityComparer<T>.Default.Equals(held, wanted) ? null : string.Create(CultureInfo.InvariantCulture, $"it was made with {name} = {held}, the namespace has {wanted}");
}
