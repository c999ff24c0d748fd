using System.Text.Json.Nodes;
using Streaming.Models.Encoders;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Export;

/// <summary><c>streaming export</c> of a data set and of the demo's generator.</summary>
public sealed class ExportCommandTests
{
    [Fact]
    public async Task A_data_set_is_exported_event_by_event_in_its_order()
    {
        using var folder = new TestDirectory();
        var summary = Assert.Single((await StreamingProgram.RunAsync("export", "--data", SmallDataSet.First.Folder, "--output", folder.Path, "--json")).Exited(0).JsonLines);

        // A user who rates a film twice in a minute makes one event ID twice: the platform drops the second one.
        var expected = SmallDataSet.First.Read().Where(r => r.Kind == WorkloadKind.Event).Select(r => r.Event!).DistinctBy(e => (e.UserId, e.EventId)).ToList();
        var events = Lines(folder, "events.jsonl");
        Assert.Equal(
            expected.Select(e => (e.UserId, e.CreativeId, e.Action, e.EventTimeMs, e.Value)),
            events.Select(e => ((string)e["user_id"]!, (string)e["creative_id"]!, (string)e["action"]!, (long)e["event_time_ms"]!, (double)e["value"]!)));
        Assert.Equal((events.Count, SmallDataSet.Users, SmallDataSet.Films), ((int)summary["events"]!, (int)summary["users"]!, (int)summary["creatives"]!));
        Assert.Equal(SmallDataSet.Ratings, events.Count + (int)summary["duplicates"]!);
        Assert.Equal((0, 0), ((int)summary["rejected"]!, (int)summary["unknown_creatives"]!));
    }

    [Fact]
    public async Task A_creative_comes_with_the_text_and_the_very_bits_that_the_platform_gives_it()
    {
        using var folder = new TestDirectory();
        (await StreamingProgram.RunAsync("export", "--data", SmallDataSet.First.Folder, "--output", folder.Path)).Exited(0);

        using var encoder = CreativeEncoder.Load(RepositoryFiles.PathOf("models/encoder-default"));
        var expected = SmallDataSet.First.Read().TakeWhile(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!).ToList();
        var creatives = Lines(folder, "creatives.jsonl");
        Assert.Equal(expected.Select(c => c.CreativeId), creatives.Select(c => (string)c["creative_id"]!));
        foreach (var (creative, line) in expected.Zip(creatives).Take(20))
        {
            var embedding = new float[encoder.Dimension];
            encoder.Encode([CreativeTextComposer.Compose(creative)], embedding);
            Assert.Equal(CreativeTextComposer.Compose(creative), (string)line["text"]!);
            Assert.Equal(embedding, line["embedding"]!.AsArray().Select(v => (float)v!));
            string[] genres = [.. creative.Texts.Where(t => t.Role == "genres").SelectMany(t => t.Text.Split(' '))];
            Assert.Equal([$"category:{creative.Category}", .. genres], line["attributes"]!.AsArray().Select(a => (string)a!));
        }
    }

    [Fact]
    public async Task The_generator_s_bad_and_repeated_events_are_left_out_and_every_creative_is_there()
    {
        using var folder = new TestDirectory();
        var summary = Assert.Single((await StreamingProgram.RunAsync(
            "export", "--workload", "ads", "--events", "20000", "--users", "300", "--seed", "5", "--output", folder.Path, "--json")).Exited(0).JsonLines);

        var events = Lines(folder, "events.jsonl");
        var known = Lines(folder, "creatives.jsonl").Select(c => (string)c["creative_id"]!).ToHashSet();
        // Bad creatives are rejected too, but are no events.
        Assert.InRange(events.Count + (int)summary["duplicates"]! + (int)summary["rejected"]!, 20_000, 20_010);
        Assert.True((int)summary["rejected"]! > 0 && (int)summary["duplicates"]! > 0, summary.ToJsonString());
        Assert.InRange((int)summary["users"]!, 250, 300);
        Assert.All(events, e => Assert.Contains((string)e["creative_id"]!, known));
        Assert.DoesNotContain(events, e => (string)e["action"]! == "teleport");
    }

    [Fact]
    public async Task Two_exports_of_one_seed_are_the_same_bytes()
    {
        using TestDirectory first = new(), second = new();
        foreach (var folder in new[] { first, second })
            (await StreamingProgram.RunAsync("export", "--workload", "ads", "--events", "2000", "--output", folder.Path)).Exited(0);
        foreach (var file in new[] { "events.jsonl", "creatives.jsonl" })
            Assert.Equal(File.ReadAllBytes(first.PathOf(file)), File.ReadAllBytes(second.PathOf(file)));
    }

    private static List<JsonObject> Lines(TestDirectory folder, string file) => [.. File.ReadLines(folder.PathOf(file)).Select(l => JsonNode.Parse(l)!.AsObject())];
}
