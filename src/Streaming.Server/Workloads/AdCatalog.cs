namespace Streaming.Server.Workloads;

/// <summary>The creatives that can be shown, drawn by Zipf popularity within their vertical.</summary>
/// <remarks>
/// The first creatives of a vertical have the ranks 1, 2, 3, …; a later one enters at a random rank, so that a new creative can be a hit at once.
/// </remarks>
internal sealed class AdCatalog
{
    private readonly AdCopy _copy;
    private readonly double _exponent;
    private readonly Random _random;
    private readonly CumulativeWeights[] _popularity = Array.ConvertAll(AdVertical.All, _ => new CumulativeWeights());
    private readonly List<(int Number, double Quality)>[] _creatives = Array.ConvertAll(AdVertical.All, _ => new List<(int, double)>());
    private int _count;

    public AdCatalog(AdCopy copy, int initial, double exponent, Random random)
    {
        _copy = copy;
        _exponent = exponent;
        _random = random;
        while (_count < initial)
            Enter(last: true);
    }

    /// <summary>Adds the next creative and returns its number.</summary>
    public int Add() => Enter(last: false);

    /// <summary>Draws a creative of the vertical; of the first vertical that has any where this one has none.</summary>
    public (int Vertical, int Number, double Quality) Draw(int vertical, double uniform)
    {
        while (_creatives[vertical].Count == 0)
            vertical = (vertical + 1) % _creatives.Length;
        (int number, double quality) = _creatives[vertical][_popularity[vertical].Draw(uniform)];
        return (vertical, number, quality);
    }

    private int Enter(bool last)
    {
        int number = _count++;
        (int vertical, double quality) = _copy.Facts(number);
        List<(int, double)> creatives = _creatives[vertical];
        int rank = last ? creatives.Count + 1 : _random.Next(creatives.Count + 1) + 1;
        creatives.Add((number, quality));
        _popularity[vertical].Add(Math.Pow(rank, -_exponent));
        return number;
    }
}
