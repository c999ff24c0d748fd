using Streaming.Models.Hstu;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

public sealed class HstuCacheTests
{
    private static readonly HstuCase Case = new(2, 16, 2, 8, 40, 4, 4, TimeBias: true, Seed: 1);

    [Fact]
    public void Cache_grows_by_pages_up_to_the_window_and_no_further()
    {
        var model = Case.Model();
        var engine = new HstuEngine(model);
        var cache = new HstuCache(model);
        Assert.Equal(0, cache.SizeBytes);

        // Two layers' K and V of 16 floats, and the event time.
        const long RowBytes = (2 * 2 * 16 * sizeof(float)) + sizeof(long);
        foreach (var token in Case.History(100))
        {
            engine.Append(cache, token);
            var pages = (Math.Min(cache.TokenCount, 40) + HstuCache.PageRows - 1) / HstuCache.PageRows;
            Assert.Equal(Math.Min(pages * HstuCache.PageRows, 40) * RowBytes, cache.SizeBytes);
        }
        Assert.Equal(100, cache.TokenCount);
        Assert.Equal(40, cache.Rows);
    }

    [Fact]
    public void Cache_knows_the_event_times_of_its_window()
    {
        var model = Case.Model();
        var cache = new HstuCache(model);
        var tokens = Case.History(57);
        Steps(new(model), cache, tokens);
        Assert.Equal(
            tokens.Reverse().Take(40).Select(token => token.EventTimeSeconds),
            Enumerable.Range(0, cache.Rows).Select(cache.EventTimeSeconds));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.EventTimeSeconds(40));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.EventTimeSeconds(-1));
    }
}
