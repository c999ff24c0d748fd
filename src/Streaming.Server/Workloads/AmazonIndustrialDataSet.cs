using System.Text.Json;
using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>Amazon reviews as published with MiniOneRec: products are creatives, a user's items are events with the action <c>purchase</c>.</summary>
/// <remarks>
/// <para>
/// A row holds up to ten items of history and the next item, so the rows of one user overlap: each history repeats the end of what the
/// user's earlier rows spelled. Rows are read in file order, training (where present), then validation, then test, and of each row only
/// the items past its longest overlap with the end of the user's sequence so far are new events. A product bought twice stays two events.
/// </para>
/// <para>
/// The files have order but no times. Event <c>k</c> of a user (from 0) is at 2018-01-01T00:00Z + k minutes; users take turns: all first
/// events, in the order in which the files first name the users, then all second ones. So event times never decrease in the stream.
/// Creatives are one millisecond older than the first event. In memory is one ID per event, and the parsed product file.
/// </para>
/// </remarks>
public sealed class AmazonIndustrialDataSet : IDataSet
{
    internal const string Layout =
        "Amazon Industrial (*.item.json and, of the same name, .train.csv, .valid.csv or .test.csv with user_id,history_item_id,item_id)";

    private const long MinuteMs = 60_000;
    private static readonly string[] Columns = ["user_id", "history_item_id", "item_id"];
    private static readonly string[] Splits = [".train.csv", ".valid.csv", ".test.csv"];

    private readonly string _items;
    private readonly string[] _rows;
    private readonly long _startMs;

    private AmazonIndustrialDataSet(string items, string[] rows, TimeSpan timeShift)
    {
        _items = items;
        _rows = rows;
        _startMs = new DateTimeOffset(2018, 1, 1, 0, 0, 0, TimeSpan.Zero).Add(timeShift).ToUnixTimeMilliseconds();
    }

    /// <inheritdoc/>
    public string Name => "Amazon Industrial";

    /// <summary>The data set, or null where the directory does not hold its files.</summary>
    internal static AmazonIndustrialDataSet? TryOpen(string directory, TimeSpan timeShift)
    {
        foreach (string items in Directory.EnumerateFiles(directory, "*.item.json").Order(StringComparer.Ordinal))
        {
            string stem = items[..^".item.json".Length];
            string[] rows = [.. Splits.Select(split => stem + split).Where(file => File.Exists(file) && CsvTable.HasColumns(file, Columns))];
            if (rows.Length > 0)
                return new AmazonIndustrialDataSet(items, rows, timeShift);
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<WorkloadRecord> Read()
    {
        long index = 0;
        foreach (Creative product in ReadProducts())
            yield return WorkloadRecord.Of(index++, product);

        List<(string User, List<string> Items)> users = ReadUsers();
        bool more = true;
        for (int position = 0; more; position++)
        {
            more = false;
            foreach ((string user, List<string> items) in users)
            {
                if (position >= items.Count)
                    continue;
                yield return WorkloadRecord.Of(index++, ToEvent(user, items[position], position));
                more = true;
            }
        }
    }

    private UserEvent ToEvent(string user, string item, int position) => new()
    {
        EventId = $"{user}-{position}",
        UserId = $"user-{user}",
        CreativeId = $"product-{item}",
        Action = "purchase",
        EventTimeMs = _startMs + (position * MinuteMs),
    };

    private List<(string User, List<string> Items)> ReadUsers()
    {
        List<(string User, List<string> Items)> users = [];
        Dictionary<string, List<string>> sequences = [];
        foreach ((string user, List<string> row) in _rows.SelectMany(ReadRows))
        {
            if (!sequences.TryGetValue(user, out List<string>? sequence))
            {
                sequences.Add(user, sequence = []);
                users.Add((user, sequence));
            }

            sequence.AddRange(row[Overlap(sequence, row)..]);
        }

        return users;
    }

    private static IEnumerable<(string User, List<string> Items)> ReadRows(string file)
    {
        using var table = new CsvTable(file, Columns);
        while (table.Read())
            yield return (table.Id(0), [.. table.PythonList(1), table.Id(2)]);
    }

    /// <summary>Length of the longest end of <paramref name="sequence"/> that <paramref name="row"/> begins with.</summary>
    private static int Overlap(List<string> sequence, List<string> row)
    {
        int length = Math.Min(sequence.Count, row.Count);
        while (!sequence[^length..].SequenceEqual(row[..length]))
            length--;
        return length;
    }

    private IEnumerable<Creative> ReadProducts()
    {
        using JsonDocument document = ParseItems();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new DataSetException(_items, "line 1", "the file", document.RootElement.ValueKind.ToString(), "an object of products by ID is needed");
        foreach (JsonProperty product in document.RootElement.EnumerateObject())
            yield return ToCreative(product);
    }

    private JsonDocument ParseItems()
    {
        try
        {
            using FileStream stream = File.OpenRead(_items);
            return JsonDocument.Parse(stream);
        }
        catch (JsonException cause)
        {
            throw new DataSetException($"{_items}, line {cause.LineNumber + 1}: no valid JSON: {cause.Message}", cause);
        }
    }

    private Creative ToCreative(JsonProperty product)
    {
        var creative = new Creative
        {
            CreativeId = $"product-{product.Name}",
            AdvertiserId = Field(product, "brand", needed: false),
            Category = ProductText.Clean(Field(product, "categories", needed: false)),
            EventTimeMs = _startMs - 1,
        };
        creative.Texts.Add(new CreativeText { Role = "title", Text = ProductText.Clean(Field(product, "title", needed: true)), Language = "en" });
        string description = ProductText.Description(Field(product, "description", needed: false));
        if (description.Length > 0)
            creative.Texts.Add(new CreativeText { Role = "description", Text = description, Language = "en" });
        return creative;
    }

    private string Field(JsonProperty product, string name, bool needed)
    {
        if (product.Value.ValueKind != JsonValueKind.Object)
            throw new DataSetException(_items, $"product {product.Name}", "the product", product.Value.GetRawText(), "an object is needed");
        if (!product.Value.TryGetProperty(name, out JsonElement field))
            return needed ? throw new DataSetException(_items, $"product {product.Name}", name, "", "a text is needed") : "";
        return field.ValueKind == JsonValueKind.String
            ? field.GetString()!
            : throw new DataSetException(_items, $"product {product.Name}", name, field.GetRawText(), "a text is needed");
    }
}
