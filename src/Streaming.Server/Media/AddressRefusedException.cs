using System.Net;

namespace Streaming.Server.Media;

/// <summary>A host name leads to an address that must not be asked. The fetcher turns it into a refusal.</summary>
internal sealed class AddressRefusedException(string host, IPAddress address) : IOException($"{host} is at {address}");
