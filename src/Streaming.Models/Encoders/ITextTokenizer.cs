namespace Streaming.Models.Encoders;

/// <summary>Text → token ids, for a text tower. Safe for any number of threads.</summary>
internal interface ITextTokenizer : IDisposable
{
    /// <summary>Most ids that a text can give.</summary>
    int MaxTokens { get; }

    /// <summary>Every text is padded to this many ids; 0 = only to the longest of its batch.</summary>
    int PadTo { get; }

    long PadId { get; }

    /// <summary>Writes the ids of a text, at least one.</summary>
    /// <param name="text">Any length.</param>
    /// <param name="ids">At least <see cref="MaxTokens"/> long.</param>
    /// <returns>Ids written.</returns>
    int Tokenize(string text, Span<long> ids);
}
