using System.Collections.ObjectModel;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Filters;

/// <summary>The attributes of rows, by handle; handle 0 is none. One writer; a reader may look a handle up while the writer adds others.</summary>
internal sealed class AttributeTable
{
    private const int PageSize = 4_096;

    private readonly Stack<int> _free = new();
    private byte[]?[][] _pages = [];
    private int _used = 1;

    /// <summary>The heap bytes of the attributes held.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>None for handle 0.</summary>
    public AttributeSet this[int handle] => new(handle == 0 ? null : Volatile.Read(ref _pages)[handle / PageSize][handle % PageSize]);

    /// <summary>True when a row has begun and not ended to be valid. The attributes are looked at only where they say from when.</summary>
    public bool IsValid(Row row, long nowMs) => !row.IsExpired(nowMs) && (!row.HasValidFrom || this[row.Attributes].ValidFromMs <= nowMs);

    /// <summary>From when a row is valid; unix ms, 0 = always.</summary>
    public long ValidFromMs(Row row) => row.HasValidFrom ? this[row.Attributes].ValidFromMs : 0;

    /// <summary>The attributes by name; never null.</summary>
    public IReadOnlyDictionary<string, string> Values(int handle) => this[handle] is { Bytes: not null } set ? new AttributeValues(set) : ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Copies the attributes.</summary>
    /// <param name="attributes">Null = none.</param>
    /// <param name="validFromMs">Unix ms; 0 = always.</param>
    public int Add(IReadOnlyDictionary<string, string>? attributes, long validFromMs) => Add(AttributeSet.Of(attributes, validFromMs));

    public int Add(AttributeSet set)
    {
        if (set.Bytes is not { } bytes)
            return 0;
        if (!_free.TryPop(out int handle))
            handle = Next();
        Volatile.Write(ref _pages[handle / PageSize][handle % PageSize], bytes);
        SizeBytes += set.SizeBytes;
        return handle;
    }

    /// <summary>Gives the handle back, when no reader can hold a row with it any more.</summary>
    public void Remove(int handle)
    {
        if (this[handle] is not { Bytes: not null } set)
            return;
        SizeBytes -= set.SizeBytes;
        _pages[handle / PageSize][handle % PageSize] = null;
        _free.Push(handle);
    }

    private int Next()
    {
        if (_used / PageSize >= _pages.Length)
            Volatile.Write(ref _pages, [.. _pages, new byte[]?[PageSize]]);
        return _used++;
    }
}
