using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Joins;

/// <summary>
/// The creative tables of the users role: one for every creative model that the registry knows, so that another one comes into effect with its
/// contents already read. Bounded by the models that are not retired; each holds every creative.
/// </summary>
/// <remarks>Owned by the registry's reader; the tables themselves are read anywhere.</remarks>
public sealed class CreativeTables : IDisposable
{
    private readonly ILogReader _log;
    private readonly ILogger _logger;
    private readonly (string Topic, CreativeModelVersions Versions) _first;
    private readonly Dictionary<(string Topic, CreativeModelVersions Versions), Running> _running = [];

    /// <summary>Prepares; nothing is read yet.</summary>
    /// <param name="log">Reads topics.</param>
    /// <param name="topic">Features of the topology's creative model.</param>
    /// <param name="versions">What they carry.</param>
    /// <param name="logger">For the tables.</param>
    public CreativeTables(ILogReader log, string topic, CreativeModelVersions versions, ILogger logger)
    {
        (_log, _logger, _first) = (log, logger, (topic, versions));
        First = new CreativeTable(log, topic, versions, logger);
    }

    /// <summary>The table of the topology's creative model.</summary>
    public CreativeTable First { get; }

    /// <summary>Begins to read the tables of these models and stops those of others, which keep what they hold. None: the topology's.</summary>
    public void Keep(IEnumerable<ModelPromotion> models)
    {
        var wanted = models.Select(KeyOf).DefaultIfEmpty(_first).ToHashSet();
        foreach (var gone in _running.Keys.Where(k => !wanted.Contains(k)).ToList())
        {
            _running[gone].Stop.Cancel();
            _running.Remove(gone);
        }
        foreach (var key in wanted)
            Begin(key);
    }

    /// <summary>The table of a model, being read from now on; null means the topology's.</summary>
    public CreativeTable Of(ModelPromotion? model) => Begin(model is null ? _first : KeyOf(model));

    /// <summary>Stops reading.</summary>
    public void Dispose()
    {
        foreach (var running in _running.Values)
            running.Stop.Cancel();
        foreach (var running in _running.Values)
            running.Reading.ContinueWith(_ => running.Stop.Dispose(), TaskScheduler.Default).Wait();
        _running.Clear();
    }

    private static (string Topic, CreativeModelVersions Versions) KeyOf(ModelPromotion model) =>
        (model.FeatureTopic, new(model.EncoderVersion, model.CodebookVersion));

    private CreativeTable Begin((string Topic, CreativeModelVersions Versions) key)
    {
        if (_running.TryGetValue(key, out var running))
            return running.Table;
        var table = key == _first && !First.HasBegun ? First : new CreativeTable(_log, key.Topic, key.Versions, _logger);
        var stop = new CancellationTokenSource();
        _running[key] = new(table, stop, table.RunAsync(stop.Token));
        return table;
    }

    private sealed record Running(CreativeTable Table, CancellationTokenSource Stop, Task Reading);
}
