using Streaming.Core.Contracts;

namespace Streaming.Runtime.Creatives;

/// <summary>
/// Encodes the creatives of one poll together, ahead of their turn. What comes out is what each would give alone, so batches are a matter of
/// speed only; a creative that makes its batch fail is encoded alone when its turn comes, and so the others are not rejected with it.
/// </summary>
/// <remarks>One owner thread. Holds at most the creatives of one poll.</remarks>
internal sealed class EncodeAhead(ICreativeEncoder encoder)
{
    // Announced by offset, ascending; and what is encoded of them already.
    private readonly List<(long Offset, Creative Creative)> _announced = [];
    private readonly Dictionary<long, float[]> _ready = [];

    /// <summary>A creative that will be asked for, in the order of offsets.</summary>
    public void Add(long offset, Creative creative)
    {
        var withoutMedia = creative.Media.Count == 0 || !encoder.ReadsMedia;
        if (encoder.BatchMax > 1 && withoutMedia && (_announced.Count == 0 || _announced[^1].Offset < offset))
            _announced.Add((offset, creative));
    }

    /// <summary>The embedding of an announced creative, if it could be made with others.</summary>
    /// <returns>False when it is to be encoded alone.</returns>
    public bool TryTake(long offset, Span<float> embedding)
    {
        _announced.RemoveAll(a => a.Offset < offset);
        if (!_ready.ContainsKey(offset))
            EncodeNext(offset);
        if (!_ready.Remove(offset, out var ready))
            return false;
        ready.CopyTo(embedding);
        return true;
    }

    /// <summary>What is left is not asked for any more.</summary>
    public void Clear()
    {
        _announced.Clear();
        _ready.Clear();
    }

    private void EncodeNext(long offset)
    {
        // The batch begins with the creative whose turn it is.
        if (_announced.Count < 2 || _announced[0].Offset != offset)
            return;
        var batch = _announced.Take(encoder.BatchMax).ToList();
        _announced.RemoveRange(0, batch.Count);
        var embeddings = new float[batch.Count * encoder.Dimension];
        try
        {
            encoder.EncodeTexts([.. batch.Select(b => b.Creative)], embeddings);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return;
        }
        for (var i = 0; i < batch.Count; i++)
            _ready.Add(batch[i].Offset, embeddings[(i * encoder.Dimension)..((i + 1) * encoder.Dimension)]);
    }
}
