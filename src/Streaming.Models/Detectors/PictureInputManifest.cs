using System.Globalization;
using Streaming.Models.Encoders;

namespace Streaming.Models.Detectors;

/// <summary>How a picture becomes a graph's input, float32 [1, 3, height, width]: resize, then (pixel − mean) / std.</summary>
public sealed record PictureInputManifest
{
    /// <summary>Averages all pixels that become one (as Pillow's bilinear).</summary>
    public const string Antialiased = "bilinear";

    /// <summary>Takes the four pixels around a point (as OpenCV's INTER_LINEAR).</summary>
    public const string Plain = "bilinear_plain";

    public ModelFileReference? Model { get; init; }

    /// <summary>Name of the graph's input.</summary>
    public string? Input { get; init; }

    /// <summary>With <see cref="Height"/>: the whole picture is stretched to this.</summary>
    public int? Width { get; init; }

    /// <summary>With <see cref="Width"/>.</summary>
    public int? Height { get; init; }

    /// <summary>Instead: the longer side becomes this, and the ratio stays.</summary>
    public int? LongerSide { get; init; }

    /// <summary>With <see cref="LongerSide"/>: sides are filled up with zeros at the right and bottom to multiples of this.</summary>
    public int MultipleOf { get; init; } = 1;

    /// <summary>True: sides are rounded to the multiple instead of filled up; the ratio then changes a little.</summary>
    public bool RoundToMultiple { get; init; }

    /// <summary><see cref="Antialiased"/> (default) or <see cref="Plain"/>.</summary>
    public string Filter { get; init; } = Antialiased;

    /// <summary>rgb or bgr.</summary>
    public string Channels { get; init; } = "rgb";

    /// <summary>Subtracted from a pixel of 0 to 255; red, green, blue.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>Divides what is left; red, green, blue.</summary>
    public IReadOnlyList<float> Std { get; init; } = [1, 1, 1];

    internal IEnumerable<string> Validate(string section)
    {
        foreach (var violation in Model?.Validate($"{section}.model") ?? [$"{section}.model is missing."])
            yield return violation;
        if (string.IsNullOrEmpty(Input))
            yield return $"{section}.input is missing; it names the graph's input.";
        if (Width is null != Height is null || Width is null == LongerSide is null)
            yield return $"{section}: either width and height, or longer_side must be given.";
        foreach (var (name, side) in new[] { ("width", Width), ("height", Height), ("longer_side", LongerSide) })
        {
            if (side is < 1 or > 2048)
                yield return $"{section}.{name} is {side.Value.ToString(CultureInfo.InvariantCulture)}; it must be 1 to 2048.";
        }
        if (MultipleOf is < 1 or > 256)
            yield return $"{section}.multiple_of is {MultipleOf.ToString(CultureInfo.InvariantCulture)}; it must be 1 to 256.";
        if (Filter is not (Antialiased or Plain))
            yield return $"{section}.filter is '{Filter}'; it must be {Antialiased} or {Plain}.";
        if (Channels is not ("rgb" or "bgr"))
            yield return $"{section}.channels is '{Channels}'; it must be rgb or bgr.";
        if (Mean.Count != 3 || !Mean.All(float.IsFinite) || Std.Count != 3 || !Std.All(s => float.IsFinite(s) && s > 0))
            yield return $"{section}.mean and std must be three numbers each, those of std above 0.";
    }
}
