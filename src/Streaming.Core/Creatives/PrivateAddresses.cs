using System.Net;
using System.Net.Sockets;

namespace Streaming.Core.Creatives;

/// <summary>
/// Addresses that are not the public Internet's: a fetcher that is told what to ask by others must not ask them. Source: the IANA registries of
/// special-purpose addresses (RFC 6890), with multicast and the forms of IPv6 that carry an IPv4 address.
/// </summary>
public static class PrivateAddresses
{
    private static readonly IPNetwork[] Networks = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
        "169.254.0.0/16", // link-local, with the metadata services of clouds
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fc00::/7", // private, with the metadata service fd00:ec2::254
        "fe80::/10", "fec0::/10", "ff00::/8",
    }.Select(n => IPNetwork.Parse(n))];

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    /// <summary>True for loopback, private, link-local, multicast, reserved and documentation addresses.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Contains(address.MapToIPv4());
        if (Networks.Any(network => network.Contains(address)))
            return true;
        return address.AddressFamily == AddressFamily.InterNetworkV6 && Carried(address) is { } inner && Contains(inner);
    }

    private static IPAddress? Carried(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address))
            return new IPAddress(bytes.AsSpan(2, 4));
        return Translated.Contains(address) || Compatible.Contains(address) ? new IPAddress(bytes.AsSpan(12, 4)) : null;
    }
}
