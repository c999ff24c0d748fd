namespace Streaming.Core.Topologies;

/// <summary>A language model that tags creatives by their words, behind an OpenAI-compatible endpoint. Off unless it has an endpoint. Read once.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Base address, as <c>http://localhost:11434/v1</c>; <c>/chat/completions</c> is asked. Empty = off.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Name of the model there.</summary>
    public string Model { get; init; } = "";

    /// <summary>Environment variable that holds the key; empty = none is sent.</summary>
    public string KeyVariable { get; init; } = "";

    /// <summary>By tag (<c>object_type</c>, <c>text_type</c>, <c>tone</c>, <c>color</c>, <c>text_color</c>): the labels that may be answered. Anything else is dropped.</summary>
    public Dictionary<string, List<string>> Labels { get; init; } = [];

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions at the same time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>How long nothing is asked after half of ten or more questions failed.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(30);
}
