using System.Runtime.CompilerServices;
using System.Text;
using Streaming.Memory.Filters;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Rows;

/// <summary>
/// Rows by number, in pages of native memory. A number is stable for the row's whole life and is used again afterwards, so the writer
/// gives a row back only when no reader can hold its number. A page without a row is freed.
/// </summary>
/// <remarks>A page holds rows with a vector or rows without one: a fact takes a head and no more, and whoever has a number need not know which.</remarks>
internal sealed class RowStore
{
    private readonly int _pageRows;
    private readonly int _pageShift;
    private readonly LongIds _longIds = new();
    private readonly SortedSet<int> _roomyForVectors = [];
    private readonly SortedSet<int> _roomyForFacts = [];
    private readonly Stack<int> _freedPages = new();
    private RowPage?[] _pages = [];
    private readonly Func<int, uint, bool> _isListed;
    private long _touchedBytes;

    /// <param name="format">How vectors are held.</param>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="pageRows">A power of two.</param>
    /// <param name="tracksUse">Whether it is kept when a row was last used, for 4 bytes a row.</param>
    public RowStore(VectorFormat format, int dimension, int pageRows, bool tracksUse = false)
    {
        TracksUse = tracksUse;
        _pageRows = pageRows;
        _pageShift = int.Log2(pageRows);
        Vectors = new RowVectors(format, dimension);
        _isListed = (row, token) => IsTaken(row) && Attributes[this[row].Attributes].Tokens.Contains(token);
    }

    /// <summary>How the vectors behind the rows' heads are read and written.</summary>
    public RowVectors Vectors { get; }

    /// <summary>Whether it is kept when a row was last used.</summary>
    public bool TracksUse { get; }

    public AttributeTable Attributes { get; } = new();

    /// <summary>Rows by what attributes they have.</summary>
    public AttributeIndex ByAttribute { get; } = new();

    /// <summary>Above the highest number that a row may have by now.</summary>
    public int Reach => Volatile.Read(ref _pages).Length << _pageShift;

    /// <summary>Rows in use: live ones, and ended ones that were not given back yet.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the rows ever touched in the pages there are, long ids and attributes.</summary>
    public long SizeBytes => _touchedBytes + _longIds.SizeBytes + Attributes.SizeBytes + ByAttribute.SizeBytes;

    public Row this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _pages)[row >> _pageShift]!.Row(row & (_pageRows - 1));
    }

    /// <summary>Takes a free row. It is the caller's until it writes the row's number where readers look.</summary>
    /// <param name="hasVector">False for a fact, whose row has no room for a vector.</param>
    /// <param name="eventTimeMs">What the row will say.</param>
    /// <exception cref="InvalidOperationException">The index of ids can name no more rows: keep fewer entries or older versions.</exception>
    public int Take(bool hasVector, long eventTimeMs)
    {
        SortedSet<int> roomy = hasVector ? _roomyForVectors : _roomyForFacts;
        if (roomy.Count == 0)
            roomy.Add(AddPage(hasVector ? Vectors.Bytes : 0));
        int number = roomy.Min;
        RowPage page = _pages[number]!;
        _touchedBytes -= page.TouchedBytes;
        int row = (number << _pageShift) | page.Take(eventTimeMs);
        _touchedBytes += page.TouchedBytes;
        if (page.IsFull)
            roomy.Remove(number);
        Count++;
        return row;
    }

    /// <summary>Gives a row back. No reader may hold its number.</summary>
    public void Return(int row)
    {
        Row record = this[row];
        record.Hide();
        if (record.Attributes != 0)
        {
            Attributes.Remove(record.Attributes);
            ByAttribute.NoteReturned();
        }
        if (record.HasLongId)
            _longIds.Remove(record.LongIdHandle);
        int number = row >> _pageShift;
        RowPage page = _pages[number]!;
        page.Return(row & (_pageRows - 1));
        RoomyWith(page).Add(number);
        Count--;
    }

    /// <summary>Frees the pages without a row. No search may be in flight that began before their last row was given back.</summary>
    public void FreeEmptyPages()
    {
        foreach (int number in _roomyForVectors.Concat(_roomyForFacts).Where(number => _pages[number]!.UsedRows == 0).ToList())
            FreePage(_pages[number]!);
    }

    /// <summary>Lists a row under its attributes.</summary>
    public void ListAttributes(int row)
    {
        foreach (uint token in Attributes[this[row].Attributes].Tokens)
            ByAttribute.Add(token, row, _isListed);
    }

    /// <summary>Like the indexer, for a number that may have been given back; false when there is no such row, else the row may be an ended one.</summary>
    public bool TryGet(int row, out Row record)
    {
        RowPage?[] pages = Volatile.Read(ref _pages);
        RowPage? page = row >> _pageShift < pages.Length ? Volatile.Read(ref pages[row >> _pageShift]) : null;
        int index = row & (_pageRows - 1);
        bool exists = page is not null && index < page.Reach;
        record = exists ? page!.Row(index) : default;
        return exists;
    }

    /// <summary>Notes that a row was found. Any reader that may hold its number; a row that is used twice in a second is written once.</summary>
    /// <param name="row">The row.</param>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    public void MarkUsed(int row, long nowMs)
    {
        if (!TracksUse)
            return;
        ref uint used = ref UsedSeconds(row);
        uint second = (uint)Math.Clamp(nowMs / 1_000, 0, uint.MaxValue);
        if (Volatile.Read(ref used) < second)
            Volatile.Write(ref used, second);
    }

    /// <summary>When a row was last used, to the second; unix ms, 0 = never.</summary>
    public long UsedMs(int row) => Volatile.Read(ref UsedSeconds(row)) * 1_000L;

    public void WriteId(Row row, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= Row.InlineIdBytes)
            row.WriteInlineId(utf8);
        else
            row.WriteLongId(_longIds.Add(utf8));
    }

    public ReadOnlySpan<byte> IdBytes(Row row) => row.HasLongId ? _longIds[row.LongIdHandle] : row.InlineId;

    public string Id(Row row) => Encoding.UTF8.GetString(IdBytes(row));

    /// <summary>Below 0 when the id of <paramref name="x"/> comes first, in the order of UTF-8 bytes.</summary>
    public int CompareIds(int x, int y) => IdBytes(this[x]).SequenceCompareTo(IdBytes(this[y]));

    /// <summary>True while the row is in use. The writer's.</summary>
    public bool IsTaken(int row) => _pages[row >> _pageShift]?.IsTaken(row & (_pageRows - 1)) ?? false;

    /// <summary>The live rows, in the order of their numbers. The writer's.</summary>
    /// <param name="every">Of so many rows of a page, live or not, one is looked at.</param>
    public IEnumerable<(int Number, Row Row)> Live(int every = 1)
    {
        foreach (RowPage? page in _pages)
        {
            for (int i = 0; page is not null && i < page.Reach; i += every)
            {
                if (page.IsTaken(i) && page.Row(i) is var row && row.IsLive)
                    yield return ((page.Number << _pageShift) | i, row);
            }
        }
    }

    /// <summary>No live row has an earlier event time; unix ms, null when there is none. Any thread.</summary>
    public long? OldestEventMs() => LowestBlock(out _, out _) is < long.MaxValue and var oldest ? oldest : null;

    /// <summary>Has <see cref="OldestEventMs"/> rise to where rows ended. The writer's.</summary>
    /// <param name="blocks">Blocks of rows to look at, at most.</param>
    /// <returns>True when there is a live row of just that time, or none.</returns>
    public bool RaiseOldest(int blocks)
    {
        for (; blocks > 0; blocks--)
        {
            long oldest = LowestBlock(out RowPage? page, out int block);
            if (page is null || page.FindOldest(block) == oldest)
                return true;
        }
        return false;
    }

    private long LowestBlock(out RowPage? page, out int block)
    {
        long lowest = long.MaxValue;
        (page, block) = (null, 0);
        RowPage?[] pages = Volatile.Read(ref _pages);
        for (int number = 0; number < pages.Length; number++)
        {
            RowPage? candidate = Volatile.Read(ref pages[number]);
            for (int i = 0; candidate is not null && i < candidate.Blocks; i++)
            {
                if (candidate.OldestMs(i) is var oldest && oldest < lowest)
                    (lowest, page, block) = (oldest, candidate, i);
            }
        }
        return lowest;
    }

    private ref uint UsedSeconds(int row) => ref Volatile.Read(ref _pages)[row >> _pageShift]!.UsedSeconds(row & (_pageRows - 1));

    private SortedSet<int> RoomyWith(RowPage page) => page.VectorBytes == 0 ? _roomyForFacts : _roomyForVectors;

    private int AddPage(int vectorBytes)
    {
        if (!_freedPages.TryPop(out int number))
        {
            number = _pages.Length;
            if ((long)(number + 1) << _pageShift > IdIndex.MaxRows)
                throw new InvalidOperationException($"A memory namespace holds at most {IdIndex.MaxRows} rows, ended ones that older versions keep included.");
            Volatile.Write(ref _pages, [.. _pages, null]);
        }
        _pages[number] = new RowPage(number, _pageRows, vectorBytes, TracksUse);
        return number;
    }

    private void FreePage(RowPage page)
    {
        _touchedBytes -= page.TouchedBytes;
        RoomyWith(page).Remove(page.Number);
        _pages[page.Number] = null;
        _freedPages.Push(page.Number);
        page.Dispose();
    }
}
