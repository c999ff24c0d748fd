namespace Streaming.Models.Encoders;

/// <summary>The <c>image</c> section of an encoder's manifest: picture → resize → (pixel − mean) / std → graph → pooling → projection → norm.</summary>
public sealed record ImageTowerManifest
{
    /// <summary>RGB, HWC bytes are given as they are, at the picture's own size: the graph does the rest (uint8 [1, height, width, 3]).</summary>
    public const string ResizeInGraph = "in_graph";

    /// <summary>The whole picture, its ratio changed.</summary>
    public const string Stretch = "stretch";

    /// <summary>The shorter side becomes <see cref="ShortestSide"/>, then the centre is cut out (CLIP).</summary>
    public const string CentreCrop = "centre_crop";

    /// <summary>The longer side fits, the rest is filled on both sides with <see cref="PadColour"/>.</summary>
    public const string Pad = "pad";

    public ModelFileReference? Model { get; init; }

    /// <summary>Name of the graph's input.</summary>
    public string? Input { get; init; }

    /// <summary>Name of the graph's output: float32 [batch, width], or [batch, positions, width] with a <see cref="Pooling"/>.</summary>
    public string? Output { get; init; }

    /// <summary>Pixels of a row of the graph's input.</summary>
    public int? Width { get; init; }

    /// <summary>Rows of the graph's input.</summary>
    public int? Height { get; init; }

    /// <summary><see cref="Stretch"/>, <see cref="CentreCrop"/>, <see cref="Pad"/> or <see cref="ResizeInGraph"/>.</summary>
    public string? Resize { get; init; }

    /// <summary>With <see cref="CentreCrop"/>: the shorter side before the cut; at least width and height.</summary>
    public int? ShortestSide { get; init; }

    /// <summary>One of <see cref="ImageFilters"/>; default bilinear.</summary>
    public string Filter { get; init; } = ImageFilters.Bilinear;

    /// <summary>With <see cref="Pad"/>: red, green, blue, 0 to 255.</summary>
    public IReadOnlyList<float> PadColour { get; init; } = [0, 0, 0];

    /// <summary>Channels: rgb or bgr.</summary>
    public string Channels { get; init; } = "rgb";

    /// <summary>Axes: nchw or nhwc.</summary>
    public string Layout { get; init; } = "nchw";

    /// <summary>Subtracted from a pixel of 0 to 255; red, green, blue.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>Divides what is left; red, green, blue.</summary>
    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>One of <see cref="PoolingKinds"/>; default none.</summary>
    public string Pooling { get; init; } = PoolingKinds.None;

    /// <summary>True: the tower's output is scaled to an L2 norm of 1 before a fusion.</summary>
    public bool Normalise { get; init; }

    /// <summary>Matrix that the pooled output is multiplied with; optional.</summary>
    public ProjectionManifest? Projection { get; init; }

    /// <summary><see cref="BatchingKinds.Alone"/> (default) or <see cref="BatchingKinds.EqualLength"/>.</summary>
    public string Batching { get; init; } = BatchingKinds.Alone;

    /// <summary>Most pictures of one run of the graph.</summary>
    public int BatchMax { get; init; } = 1;

    internal IEnumerable<string> Validate()
    {
        foreach (var violation in Model?.Validate("image.model") ?? ["image.model is missing."])
            yield return violation;
        if (string.IsNullOrEmpty(Input))
            yield return "image.input is missing; it names the graph's input.";
        if (string.IsNullOrEmpty(Output))
            yield return "image.output is missing; it names the graph's output.";
        foreach (var violation in Resize == ResizeInGraph ? ValidateInGraph() : ValidatePixels())
            yield return violation;
        foreach (var violation in PoolingKinds.Validate("image", Pooling).Concat(BatchingKinds.Validate("image", Batching, BatchMax)).Concat(Projection?.Validate("image") ?? []))
            yield return violation;
        if (Batching == BatchingKinds.Padded)
            yield return "image.batching is 'padded'; pictures are not padded: it must be alone or equal_length.";
    }

    private IEnumerable<string> ValidateInGraph()
    {
        if (Width is not null || Height is not null || ShortestSide is not null || Mean is not null || Std is not null)
            yield return "image.width, height, shortest_side, mean and std do not apply where the graph resizes.";
        if (Batching != BatchingKinds.Alone)
            yield return $"image.batching is '{Batching}'; pictures of different sizes go alone.";
    }

    private IEnumerable<string> ValidatePixels()
    {
        if (Resize is not (Stretch or CentreCrop or Pad))
            yield return $"image.resize is '{Resize}'; it must be {Stretch}, {CentreCrop}, {Pad} or {ResizeInGraph}.";
        if (Width is not (>= 1 and <= 4096))
            yield return $"image.width is {Width?.ToString() ?? "missing"}; it must be 1 to 4096.";
        if (Height is not (>= 1 and <= 4096))
            yield return $"image.height is {Height?.ToString() ?? "missing"}; it must be 1 to 4096.";
        if (Resize == CentreCrop ? ShortestSide is not <= 8192 || ShortestSide < Math.Max(Width ?? 0, Height ?? 0) : ShortestSide is not null)
            yield return $"image.shortest_side is {ShortestSide?.ToString() ?? "missing"}; with {CentreCrop} it must be max(width, height) to 8192, else absent.";
        if (!ImageFilters.All.Contains(Filter))
            yield return $"image.filter is '{Filter}'; it must be one of {string.Join(", ", ImageFilters.All)}.";
        if (Channels is not ("rgb" or "bgr"))
            yield return $"image.channels is '{Channels}'; it must be rgb or bgr.";
        if (Layout is not ("nchw" or "nhwc"))
            yield return $"image.layout is '{Layout}'; it must be nchw or nhwc.";
        if (!IsColour(Mean, -1e6f))
            yield return $"image.mean is [{Show(Mean)}]; it must be three numbers.";
        if (!IsColour(Std, 1e-6f))
            yield return $"image.std is [{Show(Std)}]; it must be three numbers above 0.";
        if (!IsColour(PadColour, 0))
            yield return $"image.pad_colour is [{Show(PadColour)}]; it must be three numbers of at least 0.";
    }

    private static bool IsColour(IReadOnlyList<float>? values, float least) => values is { Count: 3 } && values.All(v => float.IsFinite(v) && v >= least);

    private static string Show(IReadOnlyList<float>? values) => string.Join(", ", (values ?? []).Select(v => v.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
