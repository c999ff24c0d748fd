namespace Streaming.Server.Tests.Composition;

/// <summary>A record that must not be applied, and what its dead letter and its count must say.</summary>
internal sealed record BadRecord(string Topic, string? Key, byte[]? Value, string Class, string Field, string Says);
