using Streaming.Core.Validation;

namespace Streaming.Core.Topologies;

/// <summary>What <c>creatives.language_model</c> of a topology must keep.</summary>
public static class LanguageModelRules
{
    /// <summary>Tags whose values are labels.</summary>
    public static IReadOnlyList<string> Tags { get; } = ["object_type", "text_type", "tone", "color", "text_color"];

    internal static IEnumerable<Violation> Check(LanguageModelOptions options)
    {
        if (options.Endpoint.Length == 0)
            yield break;
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            yield return new("creatives.language_model.endpoint", options.Endpoint, "must be an absolute http or https URI, or empty (off)");
        if (options.Model.Length == 0)
            yield return new("creatives.language_model.model", "", "must name the endpoint's model");
        if (options.Labels.Count == 0)
            yield return new("creatives.language_model.labels", "", "must give the labels of at least one tag");
        foreach (var (tag, labels) in options.Labels)
        {
            if (!Tags.Contains(tag))
                yield return new("creatives.language_model.labels", tag, $"must be one of {string.Join(", ", Tags)}");
            if (labels.Count is 0 or > 1_000 || labels.Exists(l => l.Length is 0 or > 64))
                yield return new($"creatives.language_model.labels.{tag}", $"{labels.Count} labels", "must be 1 to 1,000 labels of 1 to 64 characters");
        }
        if (options.Timeout < TimeSpan.FromMilliseconds(10) || options.Timeout > TimeSpan.FromSeconds(30))
            yield return new("creatives.language_model.timeout", options.Timeout, "must be 10ms to 30s");
        if (options.Concurrency is < 1 or > 256)
            yield return new("creatives.language_model.concurrency", options.Concurrency, "must be 1 to 256");
        if (options.Pause < TimeSpan.FromMilliseconds(500) || options.Pause > TimeSpan.FromHours(1))
            yield return new("creatives.language_model.pause", options.Pause, "must be 500ms to 1h");
    }
}
