namespace Streaming.Core.Creatives;

/// <summary>Entries of an allow-list of hosts: <c>cdn.example.com</c>, <c>*.example.com</c> (its sub-domains, not itself), <c>10.1.2.3:8080</c>.</summary>
public static class HostPattern
{
    /// <summary>It can be matched with a host.</summary>
    public static bool IsValid(string pattern)
    {
        var (host, port) = Split(pattern);
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        return name.Length > 0 && Uri.CheckHostName(name) != UriHostNameType.Unknown && (port is null || port is > 0 and < 65_536);
    }

    /// <summary>A URI's host and port are the pattern's. Without a port in the pattern, only the scheme's own matches.</summary>
    public static bool Matches(string pattern, Uri uri)
    {
        var (host, port) = Split(pattern);
        if (port is null ? !uri.IsDefaultPort : port != uri.Port)
            return false;
        return host.StartsWith("*.", StringComparison.Ordinal)
            ? uri.IdnHost.Length > host.Length - 1 && uri.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(uri.IdnHost, host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
    }

    private static (string Host, int? Port) Split(string pattern)
    {
        var colon = pattern.LastIndexOf(':');
        // The colons of an IPv6 address are inside brackets.
        if (colon < 0 || pattern.EndsWith(']'))
            return (pattern, null);
        return (pattern[..colon], int.TryParse(pattern.AsSpan(colon + 1), out var port) ? port : -1);
    }
}
