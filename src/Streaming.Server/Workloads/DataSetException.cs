namespace Streaming.Server.Workloads;

/// <summary>A data set is absent or malformed. The message says where; the caller shows it and stops.</summary>
public sealed class DataSetException : Exception
{
    /// <summary>A problem with a data set as a whole.</summary>
    public DataSetException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>A value that cannot be read.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="place">Where in the file, such as <c>line 12</c>.</param>
    /// <param name="field">Name of the field.</param>
    /// <param name="value">The value as found; its beginning is shown.</param>
    /// <param name="rule">What the value should have been.</param>
    /// <param name="cause">The reader's own complaint.</param>
    public DataSetException(string file, string place, string field, string value, string rule, Exception? cause = null)
        : this($"{file}, {place}: {field} is '{Shorten(value)}', but {rule}.", cause)
    {
    }

    private static string Shorten(string value) => value.Length <= 80 ? value : string.Concat(value.AsSpan(0, 80), "…");
}
