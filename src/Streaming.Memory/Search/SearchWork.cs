namespace Streaming.Memory.Search;

/// <summary>What a search looked at, and why not at more.</summary>
public readonly record struct SearchWork
{
    /// <summary>Posting lists whose codes were scanned.</summary>
    public int Lists { get; init; }

    /// <summary>Chunks of lists that were read, by codes or by vectors.</summary>
    public int Chunks { get; init; }

    /// <summary>Entries whose codes were scanned.</summary>
    public long Entries { get; init; }

    /// <summary>Entries that their codes chose.</summary>
    public long Candidates { get; init; }

    /// <summary>Rows listed for the rarest attribute that was wanted; 0 without a filter.</summary>
    public int Listed { get; init; }

    /// <summary>Entries that were scored from their vectors.</summary>
    public long Scored { get; init; }

    /// <summary>How it came upon them.</summary>
    public SearchPath Path { get; init; }

    /// <summary>What ended it early.</summary>
    public SearchCut Cut { get; init; }

    /// <summary>The work of two searches.</summary>
    public static SearchWork operator +(SearchWork x, SearchWork y) => new()
    {
        Lists = x.Lists + y.Lists,
        Chunks = x.Chunks + y.Chunks,
        Entries = x.Entries + y.Entries,
        Candidates = x.Candidates + y.Candidates,
        Listed = x.Listed + y.Listed,
        Scored = x.Scored + y.Scored,
        Path = x.Path | y.Path,
        Cut = x.Cut > y.Cut ? x.Cut : y.Cut,
    };

    /// <inheritdoc cref="op_Addition"/>
    public static SearchWork Add(SearchWork left, SearchWork right) => left + right;
}
