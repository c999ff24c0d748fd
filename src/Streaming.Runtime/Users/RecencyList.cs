using System.Diagnostics.CodeAnalysis;

namespace Streaming.Runtime.Users;

/// <summary>A dictionary that knows its least recently used entry. State; one owner thread.</summary>
internal sealed class RecencyList<TKey, T>
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, T Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, T Value)> _order = new();

    public int Count => _nodes.Count;

    /// <summary>Values, least recently used first.</summary>
    public IEnumerable<T> Oldest => _order.Select(e => e.Value);

    /// <summary>Finds an entry and makes it the most recently used.</summary>
    public bool TryUse(TKey key, [MaybeNullWhen(false)] out T value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds an entry as the most recently used.</summary>
    public void Add(TKey key, T value) => _nodes.Add(key, _order.AddLast((key, value)));

    public void Remove(TKey key)
    {
        if (_nodes.Remove(key, out var node))
            _order.Remove(node);
    }

    /// <summary>The least recently used entry that <paramref name="mayGo"/>, looking at no more than <paramref name="look"/> of them.</summary>
    public bool TryFindOldest(Func<T, bool> mayGo, int look, [MaybeNullWhen(false)] out T oldest)
    {
        for (var node = _order.First; node is not null && look-- > 0; node = node.Next)
        {
            if (mayGo(node.Value.Value))
            {
                oldest = node.Value.Value;
                return true;
            }
        }
        oldest = default;
        return false;
    }
}
