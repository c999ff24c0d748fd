using System.Globalization;
using System.Text.Json;
using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>Amazon Beauty as published with S3-Rec: products are creatives, a user's items are events with the action <c>purchase</c>.</summary>
/// <remarks>
/// <para>
/// <c>Beauty.txt</c> has a line a user: the user's number, then item numbers in order. <c>Beauty_item2attributes.json</c> gives each item's attribute
/// numbers, which are all that is known of a product: its text is <c>a12 a7</c> for the attributes 12 and 7. IDs are <c>item-1</c> and <c>user-1</c>.
/// Creatives come by number.
/// </para>
/// <para>
/// The files have order but no times. Event <c>k</c> of a user (from 0) is at 2014-01-01T00:00Z + k minutes; users take turns: all first events, in
/// the file's order, then all second ones. So event times never decrease in the stream. Creatives are one millisecond older than the first event.
/// Source: Zhou et al. 2020 (arXiv 2008.07873), https://github.com/RUCAIBox/CIKM2020-S3Rec.
/// </para>
/// </remarks>
public sealed class AmazonBeautyDataSet : IDataSet
{
    internal const string Layout = "Amazon Beauty (Beauty.txt with a user and items a line, and Beauty_item2attributes.json)";

    /// <summary>Role of the text that holds a product's attributes.</summary>
    internal const string AttributesRole = "attributes";

    private const long MinuteMs = 60_000;

    private readonly string _sequences;
    private readonly string _attributes;
    private readonly long _startMs;

    private AmazonBeautyDataSet(string sequences, string attributes, TimeSpan timeShift)
    {
        _sequences = sequences;
        _attributes = attributes;
        _startMs = new DateTimeOffset(2014, 1, 1, 0, 0, 0, TimeSpan.Zero).Add(timeShift).ToUnixTimeMilliseconds();
    }

    /// <inheritdoc/>
    public string Name => "Amazon Beauty";

    /// <summary>The data set, or null where the directory does not hold its files.</summary>
    internal static AmazonBeautyDataSet? TryOpen(string directory, TimeSpan timeShift)
    {
        string sequences = Path.Combine(directory, "Beauty.txt");
        string attributes = Path.Combine(directory, "Beauty_item2attributes.json");
        return File.Exists(sequences) && File.Exists(attributes) ? new AmazonBeautyDataSet(sequences, attributes, timeShift) : null;
    }

    /// <inheritdoc/>
    public IEnumerable<WorkloadRecord> Read()
    {
        SortedDictionary<int, int[]> items = ReadItems();
        long index = 0;
        foreach ((int item, int[] attributes) in items)
            yield return WorkloadRecord.Of(index++, ToCreative(item, attributes));

        List<int[]> users = ReadUsers(items);
        int longest = users.Count > 0 ? users.Max(user => user.Length) : 0;
        for (int position = 1; position < longest; position++)
        {
            foreach (int[] user in users.Where(user => position < user.Length))
                yield return WorkloadRecord.Of(index++, ToEvent(user[0], user[position], position - 1));
        }
    }

    private Creative ToCreative(int item, int[] attributes)
    {
        var creative = new Creative { CreativeId = $"item-{item}", EventTimeMs = _startMs - 1 };
        creative.Texts.Add(new CreativeText { Role = AttributesRole, Text = string.Join(' ', attributes.Select(a => $"a{a}")) });
        return creative;
    }

    private UserEvent ToEvent(int user, int item, int position) => new()
    {
        EventId = $"{user}-{position}",
        UserId = $"user-{user}",
        CreativeId = $"item-{item}",
        Action = "purchase",
        EventTimeMs = _startMs + (position * MinuteMs),
    };

    /// <summary>One array a line: the user, then the items.</summary>
    private List<int[]> ReadUsers(SortedDictionary<int, int[]> items)
    {
        List<int[]> users = [];
        foreach (string line in File.ReadLines(_sequences))
        {
            string place = $"line {users.Count + 1}";
            int[] numbers = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(cell => ToNumber(_sequences, place, "the line", cell))];
            if (numbers.Length < 2)
                throw new DataSetException(_sequences, place, "the line", line, "a user and at least one item are needed");
            if (numbers.Skip(1).Where(item => !items.ContainsKey(item)).Cast<int?>().FirstOrDefault() is { } unknown)
                throw new DataSetException(_sequences, place, "an item", $"{unknown}", $"{Path.GetFileName(_attributes)} does not have it");
            users.Add(numbers);
        }

        return users;
    }

    private SortedDictionary<int, int[]> ReadItems()
    {
        try
        {
            using FileStream stream = File.OpenRead(_attributes);
            Dictionary<string, int[]>? parsed = JsonSerializer.Deserialize<Dictionary<string, int[]>>(stream);
            return new(parsed?.ToDictionary(pair => ToNumber(_attributes, "line 1", "an item", pair.Key), pair => pair.Value) ?? []);
        }
        catch (JsonException cause)
        {
            throw new DataSetException($"{_attributes}, line {cause.LineNumber + 1}: no object of attribute numbers by item: {cause.Message}", cause);
        }
    }

    private static int ToNumber(string file, string place, string field, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new DataSetException(file, place, field, text, "a whole number is needed");
}
