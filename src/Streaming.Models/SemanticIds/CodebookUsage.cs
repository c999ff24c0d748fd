namespace Streaming.Models.SemanticIds;

/// <summary>How the newest assignments use a codebook: what shows at run time that new creatives fall into few codes. Safe for any thread.</summary>
/// <remarks>Bounded: the codes of the last <c>window</c> assignments and one counter a code. A creative that is sent again counts again.</remarks>
public sealed class CodebookUsage
{
    /// <summary>Assignments that are looked back on by default.</summary>
    public const int DefaultWindow = 8192;

    private readonly Lock _lock = new();
    private readonly int[] _ring;
    private readonly int[][] _counts;
    private readonly int _layers;
    private readonly int _window;
    private long _recorded;

    /// <param name="codebook">Its layers and size.</param>
    /// <param name="window">Assignments to look back on, at least 1.</param>
    public CodebookUsage(Codebook codebook, int window = DefaultWindow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        (_layers, _window, Size) = (codebook.Layers, window, codebook.Size);
        _ring = new int[window * _layers];
        _counts = [.. Enumerable.Range(0, _layers).Select(_ => new int[Size])];
    }

    /// <summary>Codes of a layer.</summary>
    public int Size { get; }

    /// <summary>Counts one assignment; the oldest leaves when the window is full.</summary>
    /// <param name="codes">One for each layer.</param>
    /// <remarks>Hot path: allocates nothing.</remarks>
    public void Record(ReadOnlySpan<int> codes)
    {
        lock (_lock)
        {
            var slot = _ring.AsSpan((int)(_recorded % _window) * _layers, _layers);
            for (var layer = 0; layer < _layers; layer++)
            {
                if (_recorded >= _window)
                    _counts[layer][slot[layer]]--;
                slot[layer] = codes[layer];
                _counts[layer][codes[layer]]++;
            }
            _recorded++;
        }
    }

    /// <summary>The use of each layer now; empty before the first assignment.</summary>
    /// <returns>Assignments that were counted, at most the window, and a metric for each layer.</returns>
    public (int Rows, IReadOnlyList<CodebookLevelMetrics> Levels) Read()
    {
        int[][] counts;
        int rows;
        lock (_lock)
        {
            counts = [.. _counts.Select(layer => (int[])layer.Clone())];
            rows = (int)Math.Min(_recorded, _window);
        }
        return (rows, rows == 0 ? [] : [.. counts.Select(CodebookLevelMetrics.FromCounts)]);
    }
}
