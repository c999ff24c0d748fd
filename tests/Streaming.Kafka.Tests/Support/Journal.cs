using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Streaming.Kafka.Tests.Support;

/// <summary>What happened, in order: log entries by their event id, and what a test adds. Safe for any thread.</summary>
internal sealed class Journal : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _entries = new();

    public IReadOnlyList<(int Id, string Text)> Entries => [.. _entries];

    public int CountOf(int id) => _entries.Count(e => e.Id == id);

    public void Add(int id, string text) => _entries.Enqueue((id, text));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(eventId.Id, formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
