namespace Streaming.Memory.Rows;

/// <summary>Ids that do not fit into a row, as UTF-8, by handle. One writer; a reader may look a handle up while the writer adds others.</summary>
internal sealed class LongIds
{
    private readonly Stack<int> _free = new();
    private byte[][] _ids = new byte[16][];
    private int _used;

    public long SizeBytes { get; private set; }

    public ReadOnlySpan<byte> this[int handle] => Volatile.Read(ref _ids)[handle];

    public int Add(ReadOnlySpan<byte> utf8)
    {
        if (!_free.TryPop(out int handle))
        {
            handle = _used++;
            if (handle == _ids.Length)
                Volatile.Write(ref _ids, Grown());
        }
        _ids[handle] = utf8.ToArray();
        SizeBytes += utf8.Length + IntPtr.Size;
        return handle;
    }

    /// <summary>Gives the handle back, when no reader can hold a row with it any more.</summary>
    public void Remove(int handle)
    {
        SizeBytes -= _ids[handle].Length + IntPtr.Size;
        _ids[handle] = [];
        _free.Push(handle);
    }

    private byte[][] Grown()
    {
        var grown = new byte[_ids.Length * 2][];
        _ids.CopyTo(grown, 0);
        return grown;
    }
}
