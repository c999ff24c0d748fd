namespace Streaming.Memory.Rows;

/// <summary>The sources of writes by small number, for the rows. Sources are topic partitions: few, and never forgotten. One writer, any readers.</summary>
internal sealed class SourceNames
{
    private const int Most = ushort.MaxValue + 1;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private string[] _names = [];
    private (string Name, int Number) _last = ("", -1);

    /// <summary>By number.</summary>
    public IReadOnlyList<string> Names => Volatile.Read(ref _names);

    /// <summary>The write that made a row.</summary>
    public WriteStamp Stamp(Row row) => new(row.EventTimeMs, Volatile.Read(ref _names)[row.Source], row.Offset);

    /// <exception cref="InvalidOperationException">More sources than a row can name: use fewer partitions.</exception>
    public int NumberOf(string source)
    {
        if (ReferenceEquals(_last.Name, source))
            return _last.Number;
        if (!_numbers.TryGetValue(source, out int number))
        {
            number = _numbers.Count;
            if (number == Most)
                throw new InvalidOperationException($"source = {source}: a namespace takes writes of at most {Most} sources");
            Volatile.Write(ref _names, [.. _names, source]);
            _numbers.Add(source, number);
        }
        _last = (source, number);
        return number;
    }
}
