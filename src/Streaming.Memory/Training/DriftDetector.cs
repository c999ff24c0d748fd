namespace Streaming.Memory.Training;

/// <summary>Tells when new vectors lie so much farther from their centroids than the trained ones did that the lists no longer fit.</summary>
/// <remarks>Distances are relative to the vectors' lengths, and averaged over a window of writes: a few odd vectors are no drift.</remarks>
internal sealed class DriftDetector
{
    private const int Window = 8_192;
    private const double Tolerated = 1.1;

    private float _trained;
    private double _residuals;
    private double _squares;
    private int _seen;

    /// <summary>Mean squared distance to the centroid over mean squared length in the last full window, relative to that when the lists were trained; 1 = the same.</summary>
    public double Ratio { get; private set; } = 1;

    /// <summary>True when the lists should be trained anew.</summary>
    public bool HasDrifted => Ratio > Tolerated;

    /// <summary>Begins again with a new codebook.</summary>
    /// <param name="trained">Mean squared distance to the centroid over mean squared length, when it was trained.</param>
    public void Reset(float trained)
    {
        _trained = trained;
        Ratio = 1;
        _residuals = _squares = _seen = 0;
    }

    /// <summary>A vector was put into a list.</summary>
    /// <param name="residual">|x − c|².</param>
    /// <param name="square">|x|².</param>
    public void Add(float residual, float square)
    {
        _residuals += residual;
        _squares += square;
        if (++_seen < Window)
            return;
        Ratio = _squares > 0 && _trained > 0 ? _residuals / _squares / _trained : 1;
        _residuals = _squares = _seen = 0;
    }
}
