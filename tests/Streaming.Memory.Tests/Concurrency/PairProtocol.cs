using System.Globalization;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>
/// What the writer keeps true in every batch and a torn read would break: ids "left" and "right" always carry the same generation g,
/// and each vector of generation g is [1, g, −g, g, −g, …], so it sums to 1 and its parts agree.
/// </summary>
internal static class PairProtocol
{
    public const int Dimension = 33;

    /// <summary>Neighbours to ask for: the pair, and others that come close.</summary>
    public const int Asked = 10;

    public static readonly float[] Probe = MakeProbe();

    public static readonly SearchOptions Everything = new() { Lists = int.MaxValue, Candidates = int.MaxValue };

    public static float[] VectorOf(int generation)
    {
        var vector = new float[Dimension];
        vector[0] = 1;
        for (int i = 1; i < Dimension; i++)
            vector[i] = i % 2 == 1 ? generation : -generation;
        return vector;
    }

    public static Dictionary<string, string> AttributesOf(int generation) =>
        new() { ["generation"] = generation.ToString(CultureInfo.InvariantCulture) };

    public static void Write(VectorNamespace memory, string id, int generation) =>
        memory.Upsert(id, VectorOf(generation), AttributesOf(generation), new(generation, "s", generation));

    /// <summary>What is wrong with what <paramref name="snapshot"/> shows; null when all invariants hold.</summary>
    public static string? Violation(MemorySnapshot snapshot)
    {
        SearchResult found = snapshot.Search(Probe, Asked, Everything);
        if (Violation(found) is { } violation)
            return violation;
        string generation = found.Neighbours.First(n => n.Id is "left").Attributes["generation"];
        return EntryViolation(snapshot, "left", generation) ?? EntryViolation(snapshot, "right", generation);
    }

    /// <summary>What is wrong with the answer to <see cref="Probe"/>; null when all invariants hold.</summary>
    public static string? Violation(SearchResult found)
    {
        var pair = found.Neighbours.Where(n => n.Id is "left" or "right").ToList();
        if (pair.Count != 2 || pair[0].Id == pair[1].Id)
            return $"version {found.Version} shows [{string.Join(", ", pair.Select(n => n.Id))}] instead of both ids once";
        foreach (var neighbour in pair)
        {
            // The probe sums the vector: generations cancel, so every whole vector scores 1.
            if (!neighbour.Attributes.ContainsKey("generation"))
                return $"{neighbour.Id} has lost its attributes";
            if (neighbour.Score != 1f)
                return $"the vector of {neighbour.Id} is torn: it scores {neighbour.Score}";
        }
        return pair[0].Attributes["generation"] == pair[1].Attributes["generation"]
            ? null
            : $"generations {pair[0].Attributes["generation"]} and {pair[1].Attributes["generation"]} of one batch are seen apart";
    }

    private static string? EntryViolation(MemorySnapshot snapshot, string id, string generation)
    {
        if (!snapshot.TryGet(id, out var entry))
            return $"{id} is found by search and not by key";
        return entry.Attributes.GetValueOrDefault("generation") == generation && entry.Vector.SequenceEqual(VectorOf(int.Parse(generation, CultureInfo.InvariantCulture)))
            ? null
            : $"{id} by key is not generation {generation}";
    }

    private static float[] MakeProbe()
    {
        var probe = new float[Dimension];
        Array.Fill(probe, 1f);
        return probe;
    }
}
