using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Search;

/// <summary>
/// Fetches what a scan will read some chunks later, a block's worth for each block that is scanned: so the sums of one chunk are computed while the memory of
/// another comes, and no more lines are on their way than the processor can wait for.
/// </summary>
internal unsafe ref struct ChunksAhead
{
    private const int Distance = 2; // Chunks.

    private readonly Partition _partition;
    private readonly RankedLists _ranked;
    private readonly int _bytes;
    private ChunkMemory[] _chunks = [];
    private int _list;
    private int _chunk;
    private byte* _from;
    private byte* _to;

    /// <param name="partition">What is scanned.</param>
    /// <param name="ranked">The lists, in the order of the scan.</param>
    /// <param name="bytes">Of the head and the codes of a full chunk.</param>
    public ChunksAhead(Partition partition, RankedLists ranked, int bytes)
    {
        _partition = partition;
        _ranked = ranked;
        _bytes = bytes;
        for (int i = 0; i < Distance; i++)
        {
            Next();
            Fetch(bytes);
        }
        Next();
    }

    /// <summary>Goes on to the next chunk, when the scan does.</summary>
    public void Next()
    {
        Fetch((int)(_to - _from));
        while (_chunk == _chunks.Length)
        {
            if (_list == _ranked.Count)
                return;
            _chunks = _partition.Chunks(_ranked.List(_list++));
            _chunk = 0;
        }
        _from = _chunks[_chunk++].Head;
        _to = _from + _bytes;
    }

    /// <summary>Fetches so many bytes more of the chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(int bytes)
    {
        byte* end = _from + Math.Min(bytes, (int)(_to - _from));
        for (; Sse.IsSupported && _from < end; _from += NativeBlock.CacheLine)
            Sse.Prefetch0(_from);
    }
}
