namespace Streaming.Models.SemanticIds;

/// <summary>
/// Residual quantiser: <see cref="Layers"/> layers of <see cref="Size"/> centroids. The codes of an embedding are its
/// semantic ID, coarse to fine. Residual quantisation as in Lee et al. 2022 (arXiv 2203.01941), used for semantic IDs by
/// TIGER (Rajput et al. 2023, arXiv 2305.05065).
/// </summary>
/// <remarks>
/// Immutable, so safe for any number of threads. Distances are float32, one addition after another per centroid, with no
/// fused operation: codes are the same on every processor and vector width. Cost of an assignment: the whole codebook is read once.
/// </remarks>
public sealed class Codebook
{
    private readonly float[] _centroids;
    private readonly CentroidLayer[] _layers;

    /// <param name="info">What the codebook is and how it was made.</param>
    /// <param name="centroids">Layers × size × dimension finite numbers, in that order of axes; copied.</param>
    /// <exception cref="ArgumentException">The info breaks a rule (all are listed), or the centroids have another count or are not finite.</exception>
    public Codebook(CodebookInfo info, ReadOnlySpan<float> centroids)
    {
        var violations = info.Validate().ToList();
        if (violations.Count > 0)
            throw new ArgumentException(string.Join(' ', violations), nameof(info));
        if (centroids.Length != (long)info.Layers * info.Size * info.Dimension)
        {
            throw new ArgumentException(
                $"{centroids.Length} numbers, but {info.Layers} layers of {info.Size} centroids of {info.Dimension} need {(long)info.Layers * info.Size * info.Dimension}.",
                nameof(centroids));
        }
        if (centroids.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and var index)
            throw new ArgumentException($"Number {index} of the centroids is {centroids[index]}; all must be finite.", nameof(centroids));

        Info = info;
        _centroids = centroids.ToArray();
        var layerLength = info.Size * info.Dimension;
        _layers = [.. Enumerable.Range(0, info.Layers).Select(layer => new CentroidLayer(Layer(layer), info.Size, info.Dimension))];

        ReadOnlySpan<float> Layer(int layer) => _centroids.AsSpan(layer * layerLength, layerLength);
    }

    public CodebookInfo Info { get; }

    /// <summary>Published with every semantic ID; IDs of different versions are not comparable.</summary>
    public string Version => Info.Version;

    /// <summary>Codes in a semantic ID.</summary>
    public int Layers => Info.Layers;

    /// <summary>Centroids in a layer; a code is 0..Size−1.</summary>
    public int Size => Info.Size;

    /// <summary>Numbers in an embedding.</summary>
    public int Dimension => Info.Dimension;

    /// <summary>All centroids: layer, code, dimension, in row-major order.</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>Loads <c>manifest.json</c> and <c>centroids.bin</c>.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is invalid or corrupted; the message names the file and what is wrong. Replace the directory.</exception>
    public static Codebook Load(string directory) => CodebookDirectory.Load(directory);

    /// <summary>Writes <c>centroids.bin</c>, then <c>manifest.json</c> with its checksum. A reader never takes one without the other.</summary>
    /// <param name="directory">Made if it is missing; files of an earlier codebook in it are replaced.</param>
    public void Save(string directory) => CodebookDirectory.Save(this, directory);

    /// <summary>Finds the codes of an embedding: per layer the nearest centroid by L2 to what the layers before left over; of equal ones the lowest code.</summary>
    /// <param name="embedding">As long as <see cref="Dimension"/>.</param>
    /// <param name="codes">Receives <see cref="Layers"/> codes.</param>
    /// <exception cref="ArgumentException">A length differs, or the embedding is not finite (or so large that its distance is not).</exception>
    /// <remarks>Hot path: allocates nothing.</remarks>
    public void Assign(ReadOnlySpan<float> embedding, Span<int> codes)
    {
        if (embedding.Length != Dimension)
            throw new ArgumentException($"The embedding has {embedding.Length} numbers, the codebook {Dimension}.", nameof(embedding));
        if (codes.Length != Layers)
            throw new ArgumentException($"Room for {codes.Length} codes, but the codebook has {Layers} layers.", nameof(codes));

        Span<float> residual = stackalloc float[Dimension]; // at most 16 KiB, by CodebookInfo's rules
        embedding.CopyTo(residual);
        for (var layer = 0; layer < codes.Length; layer++)
        {
            var code = _layers[layer].Nearest(residual, out var distance);
            if (!float.IsFinite(distance))
                throw new ArgumentException($"The embedding's squared distance to layer {layer} is {distance}; its numbers must be finite and moderate.", nameof(embedding));
            codes[layer] = code;
            Subtract(residual, Centroid(layer, code));
        }
    }

    /// <summary>One centroid, <see cref="Dimension"/> numbers.</summary>
    public ReadOnlySpan<float> Centroid(int layer, int code) => _centroids.AsSpan((layer * Size + code) * Dimension, Dimension);

    internal static void Subtract(Span<float> residual, ReadOnlySpan<float> centroid)
    {
        for (var d = 0; d < residual.Length; d++)
            residual[d] -= centroid[d];
    }
}
