using Streaming.Core.Contracts;
using Streaming.Server.Workloads;

namespace Streaming.Server.Accuracy;

/// <summary>A data set's events as flat arrays: all events of one user lie one behind the other, in the order of arrival. Immutable.</summary>
public sealed class SequenceLog
{
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly int[] _actions;
    private readonly long[] _times;

    private SequenceLog(IReadOnlyList<Creative> creatives, IReadOnlyList<string> actionNames, int[] starts, int[] items, int[] actions, long[] times)
    {
        (Creatives, ActionNames) = (creatives, actionNames);
        (_starts, _items, _actions, _times) = (starts, items, actions, times);
    }

    /// <summary>The items; an item is an index into this list.</summary>
    public IReadOnlyList<Creative> Creatives { get; }

    /// <summary>The actions that occur; an event's action is an index into this list.</summary>
    public IReadOnlyList<string> ActionNames { get; }

    /// <summary>How many users there are.</summary>
    public int UserCount => _starts.Length - 1;

    /// <summary>How many events there are.</summary>
    public int EventCount => _items.Length;

    /// <summary>The item of each event.</summary>
    public ReadOnlySpan<int> Items => _items;

    /// <summary>The action of each event.</summary>
    public ReadOnlySpan<int> Actions => _actions;

    /// <summary>The event time of each event, Unix seconds, made of milliseconds as the platform does.</summary>
    public ReadOnlySpan<long> Times => _times;

    /// <summary>Index of a user's first event.</summary>
    public int Start(int user) => _starts[user];

    /// <summary>Index after a user's last event.</summary>
    public int End(int user) => _starts[user + 1];

    /// <summary>Reads a data set; users and items are numbered as they first come.</summary>
    /// <exception cref="DataSetException">A file is malformed, or an event names a creative that the data set does not have: show the message.</exception>
    public static SequenceLog Read(IDataSet dataSet)
    {
        List<Creative> creatives = [];
        List<(int User, int Item, int Action, long Time)> events = [];
        Dictionary<string, int> items = [], users = [], actions = [];
        foreach (WorkloadRecord record in dataSet.Read())
        {
            if (record.Creative is { } creative)
            {
                items.Add(creative.CreativeId, creatives.Count);
                creatives.Add(creative);
            }
            else if (record.Event is { } happened)
            {
                if (!items.TryGetValue(happened.CreativeId, out int item))
                    throw new DataSetException($"{dataSet.Name}: event {happened.EventId} names {happened.CreativeId}, which the data set does not have.");
                events.Add((Number(users, happened.UserId), item, Number(actions, happened.Action), happened.EventTimeMs / 1_000));
            }
        }

        return Build(creatives, [.. actions.Keys], users.Count, events);
    }

    private static SequenceLog Build(List<Creative> creatives, string[] actionNames, int users, List<(int User, int Item, int Action, long Time)> events)
    {
        int[] starts = new int[users + 1];
        foreach ((int user, _, _, _) in events)
            starts[user + 1]++;
        for (int user = 0; user < users; user++)
            starts[user + 1] += starts[user];
        int[] next = starts[..^1];
        int[] items = new int[events.Count], actions = new int[events.Count];
        long[] times = new long[events.Count];
        foreach ((int user, int item, int action, long time) in events)
        {
            int place = next[user]++;
            (items[place], actions[place], times[place]) = (item, action, time);
        }

        return new(creatives, actionNames, starts, items, actions, times);
    }

    private static int Number(Dictionary<string, int> numbers, string name)
    {
        if (!numbers.TryGetValue(name, out int number))
            numbers.Add(name, number = numbers.Count);
        return number;
    }
}
