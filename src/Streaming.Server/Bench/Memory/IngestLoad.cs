namespace Streaming.Server.Bench.Memory;

/// <summary>Upserts without end into a filled namespace, a published batch at a time.</summary>
/// <param name="writer">Of the namespace.</param>
/// <param name="fresh">The vectors to write, in turns.</param>
/// <param name="entries">Ids that exist: those of 0 to this.</param>
/// <param name="grows">True: every second id is a new one. False: all replace.</param>
internal sealed class IngestLoad(MemoryWriter writer, VectorTable fresh, int entries, bool grows)
{
    private readonly Random _random = new(1);
    private readonly string[] _ids = new string[MemoryWriter.BatchWrites];
    private int _entries = entries;
    private int _next;

    /// <summary>Upserts so far.</summary>
    public long Written { get; private set; }

    public string LastId => _ids[^1];

    public ReadOnlySpan<float> LastVector => fresh[(_next + fresh.Count - 1) % fresh.Count];

    /// <summary>Makes the next batch's ids, which a caller has anyway.</summary>
    public void Prepare()
    {
        for (var i = 0; i < _ids.Length; i++)
            _ids[i] = MemoryWriter.Id(grows && i % 2 == 0 ? _entries++ : _random.Next(_entries));
    }

    /// <summary>Writes and publishes the prepared batch.</summary>
    public void Write()
    {
        foreach (var id in _ids)
        {
            writer.Write(id, fresh[_next]);
            _next = (_next + 1) % fresh.Count;
        }
        writer.Memory.Publish();
        Written += _ids.Length;
    }
}
