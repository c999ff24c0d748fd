using Streaming.Models.SemanticIds.Assignment;

namespace Streaming.Models.SemanticIds;

/// <summary>
/// Residual quantiser: <see cref="Layers"/> layers of <see cref="Size"/> centroids. The codes of an embedding are its
/// semantic ID, coarse to fine. Residual quantisation as in Lee et al. 2022 (arXiv 2203.01941), used for semantic IDs by
/// TIGER (Rajput et al. 2023, arXiv 2305.05065).
/// </summary>
/// <remarks>
/// Immutable, so safe for any number of threads. Sums are float32, one addition after another per centroid, with no
/// fused operation: codes are the same on every processor and vector width. Cost of an assignment: the whole codebook is read once.
/// </remarks>
public sealed class Codebook
{
    private readonly float[] _centroids;
    private readonly float[] _biases;
    private readonly CentroidLayer[] _layers;
    private readonly SimdKernels _kernels;

    /// <param name="info">What the codebook is and how it was made.</param>
    /// <param name="centroids">Layers × size × centroid dimension finite numbers, in that order of axes; copied.</param>
    /// <param name="biases">
    /// Layers × size numbers ≥ 0 that are added to the squared distances, as balanced training makes them (the cells are then those of a power
    /// diagram); copied. Empty: none.
    /// </param>
    /// <param name="projection">What an embedding goes through before the first layer; null: nothing.</param>
    /// <param name="width">Registers of the assignment; all give the same codes.</param>
    /// <exception cref="ArgumentException">The info breaks a rule (all are listed), or numbers have another count or range.</exception>
    public Codebook(
        CodebookInfo info, ReadOnlySpan<float> centroids, ReadOnlySpan<float> biases = default, CodebookProjection? projection = null, SimdWidth width = SimdWidth.Best)
    {
        Info = info;
        Projection = projection;
        Check(centroids, biases);
        _centroids = centroids.ToArray();
        _biases = biases.ToArray();
        _kernels = SimdKernels.Create(width);
        _layers = [.. Enumerable.Range(0, info.Layers).Select(MakeLayer)];
    }

    /// <summary>What the codebook is and how it was made.</summary>
    public CodebookInfo Info { get; }

    /// <summary>What an embedding goes through before the first layer; null: nothing.</summary>
    public CodebookProjection? Projection { get; }

    /// <summary>Published with every semantic ID; IDs of different versions are not comparable.</summary>
    public string Version => Info.Version;

    /// <summary>Codes in a semantic ID.</summary>
    public int Layers => Info.Layers;

    /// <summary>Centroids in a layer; a code is 0..Size−1.</summary>
    public int Size => Info.Size;

    /// <summary>Numbers in an embedding.</summary>
    public int Dimension => Info.Dimension;

    /// <summary>Numbers in a centroid: those of an embedding, or what the projection gives.</summary>
    public int CentroidDimension => Projection?.Outputs ?? Info.Dimension;

    /// <summary>All centroids: layer, code, dimension, in row-major order.</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>All biases: layer, code. Empty: none.</summary>
    public ReadOnlySpan<float> Biases => _biases;

    /// <summary>Loads <c>manifest.json</c> and <c>centroids.bin</c>.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is invalid or corrupted; the message names the file and what is wrong. Replace the directory.</exception>
    public static Codebook Load(string directory) => CodebookDirectory.Load(directory);

    /// <summary>Writes <c>centroids.bin</c>, then <c>manifest.json</c> with its checksum. A reader never takes one without the other.</summary>
    /// <param name="directory">Made if it is missing; files of an earlier codebook in it are replaced.</param>
    public void Save(string directory) => CodebookDirectory.Save(this, directory);

    /// <summary>The same codebook with other registers.</summary>
    public Codebook With(SimdWidth width) => new(Info, _centroids, _biases, Projection, width);

    /// <summary>
    /// Finds the codes of an embedding: per layer the nearest centroid by squared L2 plus bias to what the layers before left over; of equal
    /// ones the lowest code.
    /// </summary>
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

        Span<float> residual = stackalloc float[CentroidDimension]; // at most 16 KiB, by CodebookInfo's rules
        if (Projection is null)
            embedding.CopyTo(residual);
        else
            Projection.Apply(embedding, residual, _kernels);
        for (var layer = 0; layer < codes.Length; layer++)
        {
            if (layer > 0 && Info.NormaliseResiduals)
                Residual.Normalise(residual);
            var code = _layers[layer].Nearest(residual, out var cost);
            if (!float.IsFinite(cost))
                throw new ArgumentException($"The embedding's squared distance to layer {layer} is {cost}; its numbers must be finite and moderate.", nameof(embedding));
            codes[layer] = code;
            Residual.Subtract(residual, Centroid(layer, code));
        }
    }

    /// <summary>One centroid, <see cref="CentroidDimension"/> numbers.</summary>
    public ReadOnlySpan<float> Centroid(int layer, int code) => _centroids.AsSpan(((layer * Size) + code) * CentroidDimension, CentroidDimension);

    private CentroidLayer MakeLayer(int layer)
    {
        var length = Size * CentroidDimension;
        ReadOnlySpan<float> biases = _biases.Length == 0 ? [] : _biases.AsSpan(layer * Size, Size);
        return new CentroidLayer(_centroids.AsSpan(layer * length, length), biases, Size, CentroidDimension, _kernels);
    }

    private void Check(ReadOnlySpan<float> centroids, ReadOnlySpan<float> biases)
    {
        var violations = Info.Validate().ToList();
        if (violations.Count > 0)
            throw new ArgumentException(string.Join(' ', violations), nameof(centroids));
        if (Projection is not null && Projection.Inputs != Dimension)
            throw new ArgumentException($"The projection takes {Projection.Inputs} numbers, an embedding has {Dimension}.", nameof(centroids));
        if (centroids.Length != (long)Layers * Size * CentroidDimension)
        {
            throw new ArgumentException(
                $"{centroids.Length} numbers, but {Layers} layers of {Size} centroids of {CentroidDimension} need {(long)Layers * Size * CentroidDimension}.",
                nameof(centroids));
        }
        if (centroids.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and var index)
            throw new ArgumentException($"Number {index} of the centroids is {centroids[index]}; all must be finite.", nameof(centroids));
        if (!biases.IsEmpty && biases.Length != Layers * Size)
            throw new ArgumentException($"{biases.Length} biases, but {Layers} layers of {Size} need {Layers * Size}.", nameof(biases));
        if (biases.IndexOfAnyExceptInRange(0, float.MaxValue) is >= 0 and var wrong)
            throw new ArgumentException($"Bias {wrong} is {biases[wrong]}; it must be finite and not negative.", nameof(biases));
    }
}
