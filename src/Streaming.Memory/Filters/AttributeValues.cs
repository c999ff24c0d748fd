using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Streaming.Memory.Filters;

/// <summary>Attributes as strings, which are made when they are asked for. Looks at one after the other: a row has a handful.</summary>
/// <param name="bytes">As in <see cref="AttributeBytes"/>; not copied.</param>
internal sealed class AttributeValues(byte[] bytes) : IReadOnlyDictionary<string, string>
{
    public int Count
    {
        get
        {
            int count = 0;
            for (AttributePairs pairs = new(bytes); pairs.MoveNext();)
                count++;
            return count;
        }
    }

    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    public IEnumerable<string> Values => this.Select(pair => pair.Value);

    public string this[string key] => TryGetValue(key, out string? value) ? value : throw new KeyNotFoundException($"no attribute '{key}'");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        AttributePairs pairs = new(bytes);
        bool exists = pairs.MoveTo(Encoding.UTF8.GetBytes(key));
        value = exists ? Encoding.UTF8.GetString(pairs.Value) : null;
        return exists;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        List<KeyValuePair<string, string>> all = [];
        for (AttributePairs pairs = new(bytes); pairs.MoveNext();)
            all.Add(new(Encoding.UTF8.GetString(pairs.Name), Encoding.UTF8.GetString(pairs.Value)));
        return all.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
