namespace Streaming.Server.Api;

/// <summary>What an admin call did to a namespace, by instance.</summary>
internal sealed record UpkeepAnswer(string Namespace, IReadOnlyList<UpkeepPart> Instances);
