using System.Globalization;
using Xunit.Abstractions;

namespace Streaming.Server.Tests.Support;

/// <summary>Random moments that can be had again: the seed is printed, and <c>STREAMING_TEST_SEED</c> sets it.</summary>
internal static class SeededRandom
{
    public static Random Create(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("STREAMING_TEST_SEED") is { Length: > 0 } set
            ? int.Parse(set, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"STREAMING_TEST_SEED={seed}");
        return new(seed);
    }
}
