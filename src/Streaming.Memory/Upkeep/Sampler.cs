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

    private readonly List<float> _sample = [];
    private readonly List<float> _held = [];
    private readonly float[] _vector = new float[options.Dimension];
    private int _drawn;

    /// <summary>About the given share of the entries and those of the named rows, as the metric prepares vectors: [n][dimension], and an eighth as many
    /// others to measure by. Once.</summary>
    public (float[] Sample, float[] Held) Take(double share, int[] named)
    {
        Random random = new(options.Seed);
        MemoryVersion version = versions.Enter(out int slot);
        try
        {
            foreach (ListChunk chunk in lists.Partitions.SelectMany(p => p.Lists).SelectMany(list => list.Chunks))
            {
                for (int entry = 0; entry < chunk.Count; entry++)
                {
                    if (random.NextDouble() < share)
                        Draw(rows[chunk.RowOf(entry)], version);
                }
            }
            foreach (int row in named)
            {
                if (rows.TryGet(row, out Row record) && record.Place >= 0)
                    Draw(record, version);
            }
        }
        finally
        {
            versions.Leave(slot);
        }
        return ([.. _sample], [.. _held]);
    }

    private void Draw(Row row, MemoryVersion version)
    {
        if (!row.IsVisible(version.Number))
            return;
        rows.Vectors.Read(row, _vector);
        SearchRun.Prepare(options.Metric, _vector, _vector);
        (++_drawn % HeldShare == 0 ? _held : _sample).AddRange(_vector);
    }
}
