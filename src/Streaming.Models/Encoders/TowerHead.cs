using System.Runtime.InteropServices;

namespace Streaming.Models.Encoders;

/// <summary>What follows a tower's graph: pooling, projection and norm. Immutable.</summary>
internal sealed class TowerHead
{
    private readonly string _pooling;
    private readonly bool _normalise;
    private readonly float[]? _matrix;

    private TowerHead(string pooling, bool normalise, int graphWidth, int width, float[]? matrix)
    {
        (_pooling, _normalise, GraphWidth, Width, _matrix) = (pooling, normalise, graphWidth, width, matrix);
    }

    /// <summary>Numbers of the tower's vector.</summary>
    public int Width { get; }

    /// <summary>Numbers that the graph gives for a position.</summary>
    public int GraphWidth { get; }

    /// <summary>Compares the graph's output with the manifest.</summary>
    /// <param name="violations">Receives what does not fit; the result is then null.</param>
    public static TowerHead? Open(string directory, TowerHeadManifest manifest, OnnxGraph graph, List<string> violations)
    {
        var section = manifest.Section;
        var before = violations.Count;
        violations.AddRange(graph.CheckOutput($"{section}.output", manifest.Output, typeof(float)));
        if (violations.Count > before)
            return null;
        var shape = graph.Output(manifest.Output)!.Dimensions;
        var axes = manifest.Pooling == PoolingKinds.None ? 2 : 3;
        if (shape.Length != axes || shape[^1] < 1)
        {
            violations.Add($"{section}: the model's output is Single [{string.Join(", ", shape)}]; with pooling '{manifest.Pooling}' it must be [batch, {(axes == 3 ? "positions, " : "")}width] of a fixed width.");
            return null;
        }
        var width = manifest.Projection?.Columns ?? shape[^1];
        if (manifest.Dimension is { } dimension && dimension != width)
            violations.Add($"dimension is {dimension}, but {section} makes {width} numbers.");
        if (manifest.Projection is not { } projection)
            return violations.Count > before ? null : new(manifest.Pooling, manifest.Normalise, width, width, null);
        if (projection.Rows != shape[^1])
            violations.Add($"{section}.projection.rows is {projection.Rows}; the model's output has {shape[^1]} numbers.");
        var matrix = MemoryMarshal.Cast<byte, float>(ManifestFile.ReadChecked(directory, projection.Reference)).ToArray();
        if (matrix.Length != projection.Rows * projection.Columns)
            violations.Add($"{section}.projection has {matrix.Length} numbers; {projection.Rows} rows of {projection.Columns} columns need {projection.Rows * projection.Columns}.");
        return violations.Count > before ? null : new(manifest.Pooling, manifest.Normalise, shape[^1], width, matrix);
    }

    /// <param name="output">The graph's output for one creative: [width] or [positions, width].</param>
    /// <param name="positions">Positions that are no padding; ignored without pooling.</param>
    /// <param name="vector">Receives <see cref="Width"/> numbers.</param>
    public void Apply(ReadOnlySpan<float> output, int positions, Span<float> vector)
    {
        var pooled = _matrix is null ? vector : new float[GraphWidth];
        if (_pooling == PoolingKinds.None)
            output[..GraphWidth].CopyTo(pooled);
        else
            EmbeddingMath.Pool(_pooling, output, positions, pooled);
        if (_matrix is not null)
            EmbeddingMath.Project(pooled, _matrix, vector);
        // A vector of norm 0 stays: the last step tells it, with the creative.
        if (_normalise && EmbeddingMath.Norm(vector) is > 0 and var norm)
            EmbeddingMath.Divide(vector, norm);
    }
}
