using System.Text;

namespace Streaming.Memory.Filters;

/// <summary>The attributes that a search or a delete wants, all of them.</summary>
internal sealed class RowFilter(IReadOnlyDictionary<string, string> wanted)
{
    private readonly (byte[] Name, byte[] Value)[] _wanted = [.. wanted.Select(pair => (Encoding.UTF8.GetBytes(pair.Key), Encoding.UTF8.GetBytes(pair.Value)))];

    /// <summary>Null when nothing is wanted.</summary>
    public static RowFilter? Of(IReadOnlyDictionary<string, string>? wanted) => wanted is { Count: > 0 } ? new(wanted) : null;

    /// <summary>The wanted attribute that the fewest rows are listed for.</summary>
    public (uint Token, int Listed) Rarest(AttributeIndex index)
    {
        (uint Token, int Listed) rarest = (0, int.MaxValue);
        foreach (var (name, value) in _wanted)
        {
            uint token = AttributeToken.Of(name, value);
            int listed = index.Find(token).Length;
            if (listed < rarest.Listed)
                rarest = (token, listed);
        }
        return rarest;
    }

    public bool Matches(AttributeSet attributes)
    {
        foreach (var (name, value) in _wanted)
        {
            AttributePairs pairs = attributes.Pairs;
            if (!pairs.MoveTo(name) || !IsWanted(pairs.Value, value))
                return false;
        }
        return true;
    }

    private static bool IsWanted(ReadOnlySpan<byte> held, ReadOnlySpan<byte> wanted) =>
        held.SequenceEqual(wanted) || (AttributeToken.IsPrefix(wanted) && held.StartsWith(AttributeToken.Beginning(wanted)));
}
