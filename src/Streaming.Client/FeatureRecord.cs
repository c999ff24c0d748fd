namespace Streaming.Client;

/// <summary>One record of a feature topic as a view read it.</summary>
/// <param name="Key">user_id or creative_id.</param>
/// <param name="Features">The features; null for a tombstone.</param>
/// <param name="AppendTimeMs">Broker append time, Unix milliseconds.</param>
/// <param name="IsNew">The view took it: its version is not lower than the one held.</param>
/// <param name="IsFirstOfVersion">Its version is higher than every one read before for this key.</param>
public readonly record struct FeatureRecord<T>(string Key, T? Features, long AppendTimeMs, bool IsNew, bool IsFirstOfVersion)
    where T : class;
