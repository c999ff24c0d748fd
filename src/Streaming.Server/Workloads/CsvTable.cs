using System.Globalization;
using System.Text;
using CsvHelper;

namespace Streaming.Server.Workloads;

/// <summary>Reads a CSV file row by row, by column name, and names file, line, field and value when a cell is not what it should be.</summary>
internal sealed class CsvTable : IDisposable
{
    private const long MaxUnixSeconds = 253_402_300_799;

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        FormatProvider = CultureInfo.InvariantCulture,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Allow, // checked here, so that the error can show the row
    };

    private readonly string _file;
    private readonly CsvReader _reader;
    private readonly string[] _columns;
    private readonly int[] _positions;

    /// <param name="file">Path of the file; its first line names the columns.</param>
    /// <param name="columns">The columns to read. The accessors take positions in this list.</param>
    public CsvTable(string file, params string[] columns)
    {
        _file = file;
        _columns = columns;
        _reader = CsvReader.FromFile(file, Options);
        try
        {
            _reader.ReadHeader();
            _positions = [.. columns.Select(FindColumn)];
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    private string Place => string.Create(CultureInfo.InvariantCulture, $"line {_reader.LineNumber}");

    /// <summary>Whether the file's first line names all the columns.</summary>
    public static bool HasColumns(string file, params string[] columns)
    {
        using CsvReader reader = CsvReader.FromFile(file, Options);
        return columns.All(column => reader.Headers.Contains(column));
    }

    /// <summary>Moves to the next row; false after the last one.</summary>
    /// <exception cref="DataSetException">The row's quotes do not match, or it has not as many fields as the header.</exception>
    public bool Read()
    {
        try
        {
            if (!_reader.Read())
                return false;
        }
        catch (CsvFormatException cause)
        {
            throw new DataSetException($"{_file}, line {cause.LineNumber}: {cause.Message}", cause);
        }

        return _reader.FieldCount == _reader.Headers.Count
            ? true
            : throw new DataSetException(
                _file, Place, "the row", Encoding.UTF8.GetString(_reader.RawRecord), $"{_reader.Headers.Count} fields are needed, not {_reader.FieldCount}");
    }

    public string Text(int column) => _reader.GetString(_positions[column]);

    public string Id(int column) => Text(column) is { Length: > 0 } id ? id : throw Reject(column, "an ID is needed");

    public long Int64(int column) =>
        _reader.TryParse(_positions[column], out long value) ? value : throw Reject(column, "a whole number is needed");

    public long UnixSeconds(int column) =>
        Int64(column) is >= 0 and <= MaxUnixSeconds and long seconds ? seconds : throw Reject(column, "Unix seconds up to the year 9999 are needed");

    public double Number(int column) =>
        _reader.TryParse(_positions[column], out double value) && double.IsFinite(value)
            ? value
            : throw Reject(column, "a finite number is needed");

    /// <summary>A cell that holds a Python list.</summary>
    public List<string> PythonList(int column)
    {
        try
        {
            return Workloads.PythonList.Parse(Text(column));
        }
        catch (FormatException cause)
        {
            throw Reject(column, "a Python list is needed", cause);
        }
    }

    public void Dispose() => _reader.Dispose();

    private DataSetException Reject(int column, string rule, Exception? cause = null) =>
        new(_file, Place, _columns[column], Text(column), rule, cause);

    private int FindColumn(string column) => _reader.TryGetFieldIndex(column, out int position)
        ? position
        : throw new DataSetException(_file, "line 1", "header", string.Join(',', _reader.Headers), $"a column {column} is needed");
}
