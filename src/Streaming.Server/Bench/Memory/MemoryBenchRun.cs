using System.Globalization;

namespace Streaming.Server.Bench.Memory;

/// <summary>What the cases of one run share: data sets with their truth and files, made when first asked for, and the peers' figures.</summary>
internal sealed class MemoryBenchRun(MemoryBenchOptions options) : IDisposable
{
    /// <summary>Standard deviation of the hard mixture's Gaussians.</summary>
    public const double Hard = 1.0;

    /// <summary>Standard deviation of the easy mixture's Gaussians.</summary>
    public const double Easy = 0.75;

    private const int Centres = 1, OtherCentres = 2, BaseDraws = 1, QueryDraws = 2, FirstFreshDraws = 3;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-bench-memory-");
    private readonly Dictionary<string, MemoryData> _data = [];

    public MemoryBenchOptions Options => options;

    public VectorPeers Peers { get; } = new(options);

    /// <summary>The recall that a mixture's cases are measured at: 32 numbers leave neighbours closer to each other than 64.</summary>
    public static double Goal(int dimension) => dimension < 64 ? 0.95 : 0.98;

    /// <summary>A mixture of <see cref="MemoryBenchOptions.Entries"/> entries, the same in every run.</summary>
    public MemoryData Mixture(int dimension, double noise, CancellationToken cancellationToken) => Data(
        string.Create(CultureInfo.InvariantCulture, $"mixture-{dimension}-{noise}"),
        () => (new Mixture(dimension, noise, Centres, BaseDraws).Take(options.Entries), new Mixture(dimension, noise, Centres, QueryDraws).Take(options.Queries)),
        cancellationToken);

    /// <summary>Other vectors of the hard mixture.</summary>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="count">How many.</param>
    /// <param name="series">Different numbers give different vectors.</param>
    public static VectorTable Fresh(int dimension, int count, int series = 0) => new Mixture(dimension, Hard, Centres, FirstFreshDraws + series).Take(count);

    /// <summary>Entries and queries of a hard mixture of other Gaussians.</summary>
    public (VectorTable Base, VectorTable Queries) OtherMixture(int dimension) =>
        (new Mixture(dimension, Hard, OtherCentres, BaseDraws).Take(options.Entries), new Mixture(dimension, Hard, OtherCentres, QueryDraws).Take(options.Queries));

    /// <summary>The data set of a name, made at its first use.</summary>
    public MemoryData Data(string name, Func<(VectorTable Base, VectorTable Queries)> make, CancellationToken cancellationToken)
    {
        if (_data.TryGetValue(name, out var known))
            return known;
        var (rows, queries) = make();
        var (basePath, queryPath) = (Path.Combine(_folder.FullName, name + "-base.f32"), Path.Combine(_folder.FullName, name + "-query.f32"));
        if (options.HasPeers)
        {
            rows.Write(basePath);
            queries.Write(queryPath);
        }
        return _data[name] = new(name, rows, queries, ExactNeighbours.Of(rows, queries, MemoryData.Neighbours, cancellationToken), basePath, queryPath);
    }

    /// <summary>A figure of this bench.</summary>
    public static BenchFigure Figure(string name, int entries, double value, string unit) => new("memory", name, Math.Round(value, 4), unit) { Entries = entries };

    public void Dispose() => _folder.Delete(recursive: true);
}
