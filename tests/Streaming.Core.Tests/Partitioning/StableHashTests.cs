using Streaming.Core.Partitioning;

namespace Streaming.Core.Tests.Partitioning;

public sealed class StableHashTests
{
    /// <summary>From the test vectors of Fowler, Noll and Vo's reference code, 64-bit FNV-1a.</summary>
    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void Hashes_of_bytes_are_those_of_the_reference(string text, ulong hash) => Assert.Equal(hash, StableHash.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Text_is_hashed_by_its_utf_16_code_units() =>
        Assert.Equal(StableHash.Of(System.Text.Encoding.Unicode.GetBytes("aé日😀")), StableHash.Of("aé日😀".AsSpan()));

    [Fact]
    public void A_hash_can_be_continued()
    {
        byte[] whole = [1, 2, 3, 4];

        Assert.Equal(StableHash.Of(whole), StableHash.Of(whole.AsSpan(2), StableHash.Of(whole.AsSpan(0, 2))));
    }
}
