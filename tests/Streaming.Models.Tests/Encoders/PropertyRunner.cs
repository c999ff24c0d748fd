using System.Globalization;
using FsCheck;

namespace Streaming.Models.Tests;

/// <summary>Runs properties with a fixed seed, so that a failure repeats.</summary>
internal static class PropertyRunner
{
    /// <summary>Throws on the first counter-example; the message names the seed.</summary>
    public static void QuickCheckThrowOnFailure(this Property property, ulong seed, int maxTest = 100)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(maxTest).WithReplay(seed, 1UL);
        try
        {
            Check.One(config, property);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Property failed with seed {seed}."), e);
        }
    }
}
