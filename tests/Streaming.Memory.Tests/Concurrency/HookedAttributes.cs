using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>Attributes that the writer copies in the middle of writing a row, when the row is taken and its predecessor has ended.</summary>
/// <param name="values">The attributes.</param>
/// <param name="midRow">What happens at that moment.</param>
internal sealed class HookedAttributes(IReadOnlyDictionary<string, string> values, Action midRow) : IReadOnlyDictionary<string, string>
{
    public int Count => values.Count;

    public IEnumerable<string> Keys => values.Keys;

    public IEnumerable<string> Values => values.Values;

    public string this[string key] => values[key];

    public bool ContainsKey(string key) => values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        midRow();
        return values.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
