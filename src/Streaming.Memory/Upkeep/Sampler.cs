using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Upkeep;

/// <summary>Draws vectors from the newest version as a search would, beside the writer.</summary>
internal sealed class Sampler(NamespaceOptions options, RowStore rows, ListStore lists, VersionLog versions)
{
    private const int HeldShare = 8; // One in so many.

    /// <summary>About the given share of the entries, as the metric prepares vectors: [n][dimension], and an eighth as many others to measure by.</summary>
    public (float[] Sample, float[] Held) Take(double share)
    {
        List<float> sample = [], held = [];
        int drawn = 0;
        var vector = new float[options.Dimension];
        Random random = new(options.Seed);
        MemoryVersion version = versions.Enter(out int slot);
        try
        {
            foreach (ListChunk chunk in lists.Partitions.SelectMany(p => p.Lists).SelectMany(list => list.Chunks))
            {
                for (int entry = 0; entry < chunk.Count; entry++)
                {
                    if (random.NextDouble() >= share || rows[chunk.RowOf(entry)] is var row && !row.IsVisible(version.Number))
                        continue;
                    rows.Vectors.Read(rows[chunk.RowOf(entry)], vector);
                    SearchRun.Prepare(options.Metric, vector, vector);
                    (++drawn % HeldShare == 0 ? held : sample).AddRange(vector);
                }
            }
        }
        finally
        {
            versions.Leave(slot);
        }
        return ([.. sample], [.. held]);
    }
}
