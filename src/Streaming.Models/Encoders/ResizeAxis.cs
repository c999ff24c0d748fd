namespace Streaming.Models.Encoders;

/// <summary>
/// The weights of one axis of a separable resize: output pixel i is Σ weight·input over its taps. Centre of pixel i is (i + ½)·scale; the
/// filter widens with the scale where a picture shrinks, taps outside the picture are left out, and weights sum to 1 (as Pillow's resize).
/// </summary>
internal sealed class ResizeAxis
{
    private readonly int[] _first;
    private readonly float[][] _weights;

    /// <param name="source">Pixels of the picture along this axis.</param>
    /// <param name="resized">Pixels that they become.</param>
    /// <param name="offset">First resized pixel that is wanted; negative where a margin comes first.</param>
    /// <param name="count">Pixels wanted.</param>
    /// <param name="filter">One of <see cref="ImageFilters"/>.</param>
    public ResizeAxis(int source, int resized, int offset, int count, string filter)
    {
        _first = new int[count];
        _weights = new float[count][];
        var scale = (double)source / resized;
        for (var i = 0; i < count; i++)
        {
            var pixel = i + offset;
            if (pixel < 0 || pixel >= resized)
                _weights[i] = [];
            else if (filter == ImageFilters.Nearest)
                (_first[i], _weights[i]) = (Math.Min((int)((pixel + 0.5) * scale), source - 1), [1]);
            else
                (_first[i], _weights[i]) = Taps((pixel + 0.5) * scale, Math.Max(scale, 1), source, filter);
        }
        (From, To) = Range();
    }

    /// <summary>First input pixel that is read.</summary>
    public int From { get; }

    /// <summary>One past the last.</summary>
    public int To { get; }

    /// <summary>The output pixel has no input.</summary>
    public bool IsMargin(int output) => _weights[output].Length == 0;

    /// <summary>First input pixel of an output pixel.</summary>
    public int First(int output) => _first[output];

    /// <summary>Its weights; empty in a margin.</summary>
    public ReadOnlySpan<float> Weights(int output) => _weights[output];

    private static (int First, float[] Weights) Taps(double centre, double stretch, int source, string filter)
    {
        var support = ImageFilters.Support(filter) * stretch;
        var first = Math.Max((int)Math.Floor(centre - support + 0.5), 0);
        var end = Math.Min((int)Math.Floor(centre + support + 0.5), source);
        var weights = new double[end - first];
        for (var j = 0; j < weights.Length; j++)
            weights[j] = ImageFilters.Weight(filter, (first + j + 0.5 - centre) / stretch);
        var (begin, stop) = (0, weights.Length);
        while (stop - begin > 1 && weights[begin] == 0)
            begin++;
        while (stop - begin > 1 && weights[stop - 1] == 0)
            stop--;
        var sum = weights.Sum();
        return (first + begin, [.. weights[begin..stop].Select(w => (float)(w / sum))]);
    }

    private (int From, int To) Range()
    {
        var (from, to) = (int.MaxValue, 0);
        for (var i = 0; i < _first.Length; i++)
        {
            if (_weights[i].Length > 0)
                (from, to) = (Math.Min(from, _first[i]), Math.Max(to, _first[i] + _weights[i].Length));
        }
        return (from, to);
    }
}
