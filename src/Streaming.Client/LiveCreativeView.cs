using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;

namespace Streaming.Client;

/// <summary>
/// The newest features of every creative under the creative model in effect, and under any other that is asked for by its version. Follows the
/// model registry: a staged model is read beside the one in effect, so a promotion or a roll-back changes over in one step, and no caller sees
/// half of it. Holds every creative once for each model that is not retired.
/// </summary>
/// <remarks>Reads of one version are never mixed: a version's features are in a topic of their own.</remarks>
public sealed class LiveCreativeView : IDisposable
{
    private readonly ClientOptions _options;
    private readonly Topology _topology;
    private readonly FeatureView<ModelPromotion> _registry;
    private readonly ModelRegistry _known = new(ModelRegistry.CreativesRole);
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<string, FeatureView<CreativeFeatures>> _byTopic = new(StringComparer.Ordinal);
    private volatile Effect? _effect;
    private bool _registryRead;
    private bool _disposed;

    internal LiveCreativeView(ClientOptions options, Topology topology)
    {
        (_options, _topology) = (options, topology);
        _registry = new(options, topology.Topics.ModelRegistry.Name, ModelPromotion.Parser, _ => 0, Apply);
    }

    /// <summary>Ends when the features of the model in effect at the start are in the view; faults when they cannot be read.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Version of the creative model that <see cref="Find(string)"/> answers from; null = the topology's, as nothing was staged yet.</summary>
    public string? Version => _effect?.Version;

    /// <summary>Versions that can be asked for; empty while nothing was staged.</summary>
    public IReadOnlyList<string> Versions
    {
        get
        {
            lock (_lock)
                return [.. _known.Promotions.Select(p => p.ModelVersion)];
        }
    }

    /// <summary>Creatives held of the model in effect.</summary>
    public int Count => _effect?.View.Count ?? 0;

    /// <summary>Begins to read.</summary>
    public LiveCreativeView Start()
    {
        _registry.Start();
        _registry.CaughtUp.ContinueWith(Begin, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return this;
    }

    /// <summary>The newest features of a creative under the model in effect, or null. The message must not be changed.</summary>
    public CreativeFeatures? Find(string creativeId) => _effect?.View.Find(creativeId);

    /// <summary>The same under a version; null also when the version is not known, or its topic is still being read.</summary>
    public CreativeFeatures? Find(string creativeId, string version)
    {
        lock (_lock)
            return _known.Find(version) is { } model ? _byTopic.GetValueOrDefault(model.FeatureTopic)?.Find(creativeId) : null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        _registry.Dispose();
        foreach (var view in _byTopic.Values)
            view.Dispose();
        _caughtUp.TrySetCanceled();
    }

    // On the registry view's thread.
    private void Apply(FeatureRecord<ModelPromotion> record)
    {
        lock (_lock)
        {
            _known.Apply(record.Key, record.Features);
            if (_registryRead)
                Follow();
        }
    }

    private void Begin(Task read)
    {
        if (read.IsFaulted)
            _caughtUp.TrySetException(read.Exception.InnerExceptions);
        if (!read.IsCompletedSuccessfully)
            return;
        lock (_lock)
        {
            _registryRead = true;
            Follow();
        }
    }

    private void Follow()
    {
        if (_disposed)
            return;
        var first = _topology.Topics.CreativeFeatures.Name;
        var topics = _known.Promotions.Select(p => p.FeatureTopic).DefaultIfEmpty(first).Distinct().ToList();
        var gone = _byTopic.Where(v => !topics.Contains(v.Key)).Select(v => v.Value).ToList();
        _byTopic = topics.ToDictionary(t => t, t => _byTopic.GetValueOrDefault(t) ?? Open(t), StringComparer.Ordinal);
        var effect = new Effect(_known.Current?.ModelVersion, _byTopic[_known.Current?.FeatureTopic ?? first]);
        effect.View.CaughtUp.ContinueWith(read => TakeEffect(read, effect), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        foreach (var view in gone)
            view.Dispose();
    }

    private FeatureView<CreativeFeatures> Open(string topic) =>
        new FeatureView<CreativeFeatures>(_options, topic, CreativeFeatures.Parser, f => f.Version, null).Start();

    // Another model may have come into effect while this one was being read.
    private void TakeEffect(Task read, Effect effect)
    {
        if (read.IsFaulted)
            _caughtUp.TrySetException(read.Exception.InnerExceptions);
        lock (_lock)
        {
            if (!read.IsCompletedSuccessfully || _disposed || _known.Current?.ModelVersion != effect.Version)
                return;
            _effect = effect;
        }
        _caughtUp.TrySetResult();
    }

    private sealed record Effect(string? Version, FeatureView<CreativeFeatures> View);
}
