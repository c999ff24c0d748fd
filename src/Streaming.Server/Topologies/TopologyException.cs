namespace Streaming.Server.Topologies;

/// <summary>A topology file cannot be used. The message names the file and every violation; correct it.</summary>
public sealed class TopologyException(string message, Exception? inner = null) : Exception(message, inner);
