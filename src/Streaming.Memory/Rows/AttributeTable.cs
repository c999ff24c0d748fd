using System.Collections.ObjectModel;

namespace Streaming.Memory.Rows;

/// <summary>The attributes of rows, by handle; handle 0 is none. One writer; a reader may look a handle up while the writer adds others.</summary>
internal sealed class AttributeTable
{
    private const int PageSize = 4_096;
    private const int EntryBytes = 120, AttributeBytes = 80, CharBytes = 2;

    private readonly Stack<int> _free = new();
    private IReadOnlyDictionary<string, string>[][] _pages = [];
    private int _used = 1;

    /// <summary>An estimate of the heap bytes of the attributes held.</summary>
    public long SizeBytes { get; private set; }

    public IReadOnlyDictionary<string, string> this[int handle] =>
        handle == 0 ? ReadOnlyDictionary<string, string>.Empty : Volatile.Read(ref _pages)[handle / PageSize][handle % PageSize];

    /// <summary>Copies the attributes.</summary>
    public int Add(IReadOnlyDictionary<string, string>? attributes)
    {
        if (attributes is null or { Count: 0 })
            return 0;
        if (!_free.TryPop(out int handle))
            handle = Next();
        _pages[handle / PageSize][handle % PageSize] = new Dictionary<string, string>(attributes, StringComparer.Ordinal).AsReadOnly();
        SizeBytes += Estimate(attributes);
        return handle;
    }

    /// <summary>Gives the handle back, when no reader can hold a row with it any more.</summary>
    public void Remove(int handle)
    {
        if (handle == 0)
            return;
        SizeBytes -= Estimate(this[handle]);
        _pages[handle / PageSize][handle % PageSize] = ReadOnlyDictionary<string, string>.Empty;
        _free.Push(handle);
    }

    private int Next()
    {
        if (_used / PageSize >= _pages.Length)
            Volatile.Write(ref _pages, [.. _pages, new IReadOnlyDictionary<string, string>[PageSize]]);
        return _used++;
    }

    private static int Estimate(IReadOnlyDictionary<string, string> attributes)
    {
        int bytes = EntryBytes;
        foreach (var (name, value) in attributes)
            bytes += AttributeBytes + (name.Length + value.Length) * CharBytes;
        return bytes;
    }
}
