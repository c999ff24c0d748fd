using System.Net;
using Streaming.Core.Creatives;
using Streaming.Core.Topologies;

namespace Streaming.Core.Tests.Creatives;

public sealed class MediaUriPolicyTests
{
    [Theory]
    [InlineData("https://cdn.example.com/a.png", null)]
    [InlineData("http://cdn.example.com/a.png", null)]
    [InlineData("HTTPS://CDN.EXAMPLE.COM/a.png", null)]
    [InlineData("https://img.shop.test/a.png", null)]
    [InlineData("https://a.b.shop.test/a.png", null)]
    [InlineData("https://origin.test:8443/a.png", null)]
    [InlineData("https://shop.test/a.png", "must be on a host")]
    [InlineData("https://evilshop.test/a.png", "must be on a host")]
    [InlineData("https://cdn.example.com.evil.test/a.png", "must be on a host")]
    [InlineData("https://cdn.example.com:8443/a.png", "must be on a host")]
    [InlineData("https://origin.test/a.png", "must be on a host")]
    [InlineData("https://evil.test/?cdn.example.com", "must be on a host")]
    [InlineData("https://evil.test\\@cdn.example.com/", "must")]
    [InlineData("https://user:password@cdn.example.com/a.png", "user or password")]
    [InlineData("https://cdn.example.com@evil.test/a.png", "user or password")]
    [InlineData("file:///etc/passwd", "https or http")]
    [InlineData("ftp://cdn.example.com/a.png", "https or http")]
    [InlineData("data:image/png;base64,AAAA", "https or http")]
    [InlineData("gopher://cdn.example.com/", "https or http")]
    [InlineData("/a.png", "https or http")]
    [InlineData("", "https or http")]
    public void Only_hosts_of_the_allow_list_may_be_asked(string uri, string? refusal)
    {
        var policy = new MediaUriPolicy(new MediaFetchOptions { Allow = ["cdn.example.com", "*.shop.test", "origin.test:8443"] });
        var said = policy.Refusal(uri, out var parsed);

        Assert.Equal(refusal is null, parsed is not null);
        if (refusal is null)
            Assert.Null(said);
        else
            Assert.Contains(refusal, said, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_allow_list_allows_nothing_and_says_which_key_would() =>
        Assert.Contains("creatives.media.fetch.allow", new MediaUriPolicy(new MediaFetchOptions()).Refusal("https://cdn.example.com/a.png", out _), StringComparison.Ordinal);

    [Fact]
    public void A_URI_has_a_bounded_length() =>
        Assert.Contains("at most 2048", new MediaUriPolicy(new MediaFetchOptions { Allow = ["a.test"] }).Refusal("https://a.test/" + new string('x', 2_048), out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:a00:1::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    public void Addresses_inside_the_network_are_refused_unless_they_are_allowed(string address)
    {
        Assert.False(new MediaUriPolicy(new MediaFetchOptions()).Allows(IPAddress.Parse(address)));
        Assert.True(new MediaUriPolicy(new MediaFetchOptions { AllowPrivate = true }).Allows(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("2002:808:808::1")]
    [InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are_allowed(string address) => Assert.True(new MediaUriPolicy(new MediaFetchOptions()).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("cdn.example.com", true)]
    [InlineData("*.example.com", true)]
    [InlineData("10.0.0.1:8080", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("", false)]
    [InlineData("*", false)]
    [InlineData("*.", false)]
    [InlineData("https://a.test", false)]
    [InlineData("a.test:0", false)]
    [InlineData("a.test:http", false)]
    [InlineData("a b", false)]
    public void A_pattern_is_a_host_with_an_optional_port(string pattern, bool valid) => Assert.Equal(valid, HostPattern.IsValid(pattern));
}
