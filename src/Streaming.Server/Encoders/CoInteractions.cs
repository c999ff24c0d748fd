using Streaming.Core.Partitioning;
using Streaming.Server.Workloads;

namespace Streaming.Server.Encoders;

/// <summary>
/// Pairs of creatives that one user engaged with one after the other, split by user and by creative, as training/encoder splits them.
/// </summary>
/// <remarks>
/// The fold of an ID is Kafka's partition of it among ten. Users of folds 0 and 1 are for the test and of fold 2 for choosing among models;
/// nothing of them is trained on. Creatives of fold 0 are cold: no pair that holds one is trained on, so for them a text is all there is.
/// </remarks>
internal sealed class CoInteractions
{
    private const int Folds = 10, TestFolds = 2, ColdFold = 0;

    // Where an event carries a rating, only a good one is engagement.
    private const string Rating = "rating";
    private const double GoodRating = 4;

    private CoInteractions(IReadOnlyList<string> creatives, IReadOnlyList<(int From, int To)> test, IReadOnlySet<int> trained)
    {
        (Creatives, Test, Trained) = (creatives, test, trained);
    }

    /// <summary>IDs in the order of the data set; pairs name their positions.</summary>
    public IReadOnlyList<string> Creatives { get; }

    /// <summary>What test users engaged with, and with what next; each pair once.</summary>
    public IReadOnlyList<(int From, int To)> Test { get; }

    /// <summary>Creatives that a pair of a training user holds.</summary>
    public IReadOnlySet<int> Trained { get; }

    public static CoInteractions Read(IDataSet dataSet, CancellationToken cancellationToken)
    {
        List<string> creatives = [];
        Dictionary<string, int> places = [];
        Dictionary<string, int> last = [];
        HashSet<(int, int)> test = [];
        HashSet<int> trained = [];
        foreach (var record in dataSet.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Creative is { } creative && places.TryAdd(creative.CreativeId, creatives.Count))
                creatives.Add(creative.CreativeId);
            if (record.Event is not { } happened || happened.Action == Rating && happened.Value < GoodRating || !places.TryGetValue(happened.CreativeId, out var to))
                continue;
            if (last.TryGetValue(happened.UserId, out var from) && from != to)
                Add(happened.UserId, from, to);
            last[happened.UserId] = to;
        }
        return new(creatives, [.. test.Order()], trained);

        void Add(string user, int from, int to)
        {
            var fold = Murmur2.Partition(user, Folds);
            if (fold < TestFolds)
                test.Add((from, to));
            else if (fold > TestFolds && !IsCold(creatives[from]) && !IsCold(creatives[to]))
                trained.UnionWith([from, to]);
        }
    }

    private static bool IsCold(string creativeId) => Murmur2.Partition(creativeId, Folds) == ColdFold;
}
