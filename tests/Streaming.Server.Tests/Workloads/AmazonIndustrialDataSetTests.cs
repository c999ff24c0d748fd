using Streaming.Core.Contracts;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Workloads;

public sealed class AmazonIndustrialDataSetTests
{
    private const string Header = "user_id,history_item_title,history_item_id,item_id";
    private const long StartMs = 1_514_764_800_000; // 2018-01-01T00:00Z

    private const string Items = """
        {
          "1": { "title": "T&uuml;rlen dial", "description": "['It\\'s flat.', \"5\\\" wide\\n<br>and  long\"]", "brand": "Dico", "categories": "Tools" },
          "2": { "title": "Tape", "description": "", "brand": "", "categories": "" },
          "3": { "title": "Rack", "description": "['Size 5\" x 3' rack', 'Strong']", "brand": "Hatch", "categories": "" }
        }
        """;

    [Fact]
    public void Overlapping_rows_of_a_user_give_each_event_once_and_a_repeated_purchase_stays()
    {
        using TemporaryDataSet directory = Write(
            ["A,x,\"[1, 2, 2]\",3", "B,x,[2],1", "A,x,\"[1, 2, 2, 3]\",3"],
            ["A,x,\"[2, 3, 3]\",1", "C,x,[3],3"]);

        List<UserEvent> events = [.. DataSets.Open(directory.Path).Read().Where(r => r.Kind == WorkloadKind.Event).Select(r => r.Event!)];

        Assert.Equal("122331", Sequence("user-A"));
        Assert.Equal("21", Sequence("user-B"));
        Assert.Equal("33", Sequence("user-C"));
        Assert.Equal(events.Count, events.Select(e => e.EventId).Distinct().Count());

        string Sequence(string user) => string.Concat(events.Where(e => e.UserId == user).Select(e => e.CreativeId["product-".Length..]));
    }

    [Fact]
    public void Events_are_one_minute_apart_within_a_user_and_users_take_turns()
    {
        using TemporaryDataSet directory = Write(["A,x,\"[1, 2]\",3", "B,x,[2],1"], ["C,x,[3],3"]);
        List<WorkloadRecord> records = [.. DataSets.Open(directory.Path).Read()];

        Assert.Equal(["A-0", "B-0", "C-0", "A-1", "B-1", "C-1", "A-2"], records.Skip(3).Select(r => r.Event!.EventId));
        Assert.Equal([0L, 0, 0, 1, 1, 1, 2], records.Skip(3).Select(r => (r.Event!.EventTimeMs - StartMs) / 60_000));
        Assert.All(records.Take(3), r => Assert.Equal(StartMs - 1, r.Creative!.EventTimeMs));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), records.Select(r => r.Index));
    }

    [Fact]
    public void Titles_and_descriptions_are_clean_text_even_where_the_list_is_broken()
    {
        using TemporaryDataSet directory = Write(["A,x,[1],3"], []);
        List<Creative> products = [.. DataSets.Open(directory.Path).Read().Where(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!)];

        Assert.Equal(["Türlen dial", "It's flat. 5\" wide and long"], products[0].Texts.Select(t => t.Text));
        Assert.Equal(("Dico", "Tools"), (products[0].AdvertiserId, products[0].Category));
        Assert.Equal(["Tape"], products[1].Texts.Select(t => t.Text));
        Assert.Equal(["Rack", "Size 5\" x 3' rack Strong"], products[2].Texts.Select(t => t.Text));
    }

    [Theory]
    [InlineData("A,x,\"[1, 2\",3", "history_item_id is '[1, 2'")]
    [InlineData("A,x,[1],", "item_id is ''")]
    [InlineData(",x,[1],2", "user_id is ''")]
    public void A_malformed_row_is_named_by_file_line_field_and_value(string row, string expected)
    {
        using TemporaryDataSet directory = Write(["B,x,[1],2", row], []);
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().Count());
        Assert.Contains($"Industrial.valid.csv, line 3: {expected}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"1\": { \"title\": 12 } }", "product 1: title is '12'")]
    [InlineData("{ \"1\": { \"brand\": \"x\" } }", "product 1: title is ''")]
    [InlineData("{ \"1\": [] }", "product 1: the product is '[]'")]
    [InlineData("[]", "the file is 'Array'")]
    [InlineData("{\n \"1\": oops }", "line 2: no valid JSON")]
    public void A_malformed_product_is_named(string json, string expected)
    {
        using TemporaryDataSet directory = Write(["B,x,[1],2"], []).With("Industrial.item.json", json);
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().Count());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("Industrial.item.json", error.Message, StringComparison.Ordinal);
    }

    [RealDataFact("amazon-industrial")]
    public void The_published_files_give_every_product_and_no_event_twice()
    {
        List<WorkloadRecord> records = [.. DataSets.Open(RealDataFactAttribute.PathOf("amazon-industrial")).Read()];
        List<UserEvent> events = [.. records.Where(r => r.Kind == WorkloadKind.Event).Select(r => r.Event!)];

        Assert.Equal(3_686, records.Count - events.Count);
        Assert.Equal(22_743, events.Count); // counted independently, by merging the rows of each user outside this program
        Assert.Equal(22_743, events.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(events.Select(e => e.EventTimeMs).Order(), events.Select(e => e.EventTimeMs));
        Assert.All(records.Take(3_686), r => Assert.NotEmpty(r.Creative!.Texts[0].Text));
        Assert.DoesNotContain(records.Take(3_686).SelectMany(r => r.Creative!.Texts.Skip(1)), t => t.Text.StartsWith('[') || t.Text.EndsWith("']", StringComparison.Ordinal));
    }

    private static TemporaryDataSet Write(string[] valid, string[] test) => new TemporaryDataSet()
        .With("Industrial.item.json", Items)
        .With("Industrial.valid.csv", [Header, .. valid])
        .With("Industrial.test.csv", [Header, .. test]);
}
