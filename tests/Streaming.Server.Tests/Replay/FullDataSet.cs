using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Replay;

/// <summary>ml-latest-small, whole.</summary>
internal static class FullDataSet
{
    public const string Name = "ml-latest-small";
    public const int Ratings = 100_836;

    private static readonly Lazy<Task<ReplaySummary>> Reference = new(() => ReplaySummary.OfAsync(Folder));

    public static string Folder => RealDataFactAttribute.PathOf(Name);

    /// <summary>What an undisturbed replay on a fresh embedded cluster ends with; computed once a run.</summary>
    public static Task<ReplaySummary> ReferenceAsync() => Reference.Value;

    /// <summary>Every event once, every user, every film, nothing else, and the digest of the reference.</summary>
    public static async Task AssertCompleteAsync(ReplaySummary summary)
    {
        Assert.Equal((Ratings, Ratings, 610, 9_742, 0), (summary.Events, summary.UserFeatures, summary.Users, summary.Creatives, summary.DeadLetters));
        Assert.Equal((await ReferenceAsync()).Digest, summary.Digest);
    }
}
