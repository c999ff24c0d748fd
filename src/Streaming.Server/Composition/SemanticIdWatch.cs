using Streaming.Models.SemanticIds;

namespace Streaming.Server.Composition;

/// <summary>Counts the assignments of one codebook and tells when a layer collapses or recovers. One owner records, any thread reads.</summary>
/// <param name="codebook">What is watched.</param>
/// <param name="alarm">Told version, layer, whether it has collapsed, and its perplexity, at each change; on the recording thread.</param>
public sealed class SemanticIdWatch(Codebook codebook, Action<string, int, bool, double> alarm)
{
    // Reading costs as much as some hundred assignments.
    private const int CheckEvery = 1024;

    private readonly bool[] _collapsed = new bool[codebook.Layers];
    private int _sinceCheck;

    /// <summary>Of the codebook.</summary>
    public string Version => codebook.Version;

    /// <summary>The newest assignments.</summary>
    public CodebookUsage Usage { get; } = new(codebook);

    /// <summary>Counts an assignment.</summary>
    public void Record(ReadOnlySpan<int> codes)
    {
        Usage.Record(codes);
        if (++_sinceCheck < CheckEvery)
            return;
        _sinceCheck = 0;
        var (rows, levels) = Usage.Read();
        for (var layer = 0; layer < levels.Count; layer++)
        {
            var collapsed = CodebookAlarm.Default.IsCollapsed(levels[layer], Usage.Size, rows);
            if (collapsed != _collapsed[layer])
                alarm(Version, layer, _collapsed[layer] = collapsed, levels[layer].Perplexity);
        }
    }
}
