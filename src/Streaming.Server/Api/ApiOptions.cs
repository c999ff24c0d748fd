namespace Streaming.Server.Api;

/// <summary>Where the HTTP API listens, and where other instances reach it.</summary>
/// <param name="Url">Such as http://0.0.0.0:8080.</param>
/// <param name="Advertise">Base address for other instances; null = where it listens, under this machine's name where that is every address.</param>
/// <param name="AdminToken">What calls that change something must carry; null = they are taken from this machine only.</param>
public sealed record ApiOptions(string Url, Uri? Advertise = null, string? AdminToken = null);
