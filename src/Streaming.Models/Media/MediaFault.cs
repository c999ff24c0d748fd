using Streaming.Core.Validation;

namespace Streaming.Models.Media;

/// <summary>Why a medium was refused.</summary>
/// <param name="Verdict">From a small fixed set, for counting.</param>
/// <param name="Field"><c>data</c> or <c>mime_type</c>, as in the schema.</param>
/// <param name="Value">What it held, in words.</param>
/// <param name="Rule">What was expected.</param>
public sealed record MediaFault(MediaVerdict Verdict, string Field, string Value, string Rule)
{
    /// <summary>The same as a broken rule of the creative's medium number <paramref name="index"/>.</summary>
    public Violation Of(int index) => new($"media[{index}].{Field}", Value, Rule);
}
