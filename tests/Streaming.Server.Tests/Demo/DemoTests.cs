using System.Globalization;
using System.Text.RegularExpressions;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Demo;

public sealed partial class DemoTests
{
    // More than two cores can do in a second: the demo must take longer, not send less.
    [Fact]
    public async Task To_machines_a_demo_says_one_summary_object_of_its_whole_workload_however_slow_the_machine_is()
    {
        const int Rate = 20_000;
        var result = (await StreamingProgram.RunAsync("demo", "--seconds", "1", "--rate", $"{Rate}", "--json")).Exited(0);
        var summary = Assert.Single(result.JsonLines);
        ReplaySummary.AssertShape(summary);
        Assert.Equal("", result.Error);

        var workload = new AdWorkload(new AdWorkloadOptions { EventsPerSecond = Rate }, DateTimeOffset.UnixEpoch);
        var records = workload.InitialCreatives().Concat(workload.Until(DateTimeOffset.UnixEpoch.AddSeconds(1))).Concat(workload.Drain()).ToList();
        var good = records.Where(r => r.Fault == WorkloadFault.None).ToLookup(r => r.Kind, r => r.Key);
        Assert.Equal(records.Count(r => r.Kind != WorkloadKind.Creative), (int)summary["events"]!);
        Assert.Equal(good[WorkloadKind.Event].Distinct().Count(), (int)summary["users"]!);
        Assert.Equal(good[WorkloadKind.Creative].Count(), (int)summary["creatives"]!);
        Assert.Equal(records.Count(r => r.Fault != WorkloadFault.None), (int)summary["dead_letters"]!);
    }

    [Fact]
    public async Task Every_event_of_a_demo_is_a_version_a_duplicate_or_a_dead_letter_and_each_kind_occurs()
    {
        var result = (await StreamingProgram.RunAsync("demo", "--seconds", "1", "--rate", "6000", "--seed", "7")).Exited(0);

        // The last line of the live view is written when all is done.
        var view = ViewLine().Match(result.LastError);
        Assert.True(view.Success, result.LastError);
        var (events, features, duplicates) = (Number(view.Groups["events"].Value), Number(view.Groups["features"].Value), Number(view.Groups["duplicates"].Value));
        var rejected = Reasons().Matches(result.Output).ToDictionary(m => m.Groups["labels"].Value, m => Number(m.Groups["count"].Value));
        var rejectedEvents = rejected.Where(r => r.Key.StartsWith("user-events: ", StringComparison.Ordinal)).Sum(r => r.Value);
        Assert.Equal(events, features + duplicates + rejectedEvents);
        Assert.True(duplicates > 0 && rejectedEvents > 0, result.Output);
        Assert.Equal(events, Number(Regex.Match(result.Output, @"^events +([\d,]+)", RegexOptions.Multiline).Groups[1].Value));
        Assert.Equal(features, Number(Regex.Match(result.Output, @"^user features +([\d,]+) versions", RegexOptions.Multiline).Groups[1].Value));
        Assert.Equal(rejected.Values.Sum(), Number(Regex.Match(result.Output, @"^dead letters +([\d,]+)", RegexOptions.Multiline).Groups[1].Value));
        Assert.DoesNotContain("trained: false", result.Output, StringComparison.Ordinal);
        Assert.Contains("nearest creatives to the user's embedding", result.Output, StringComparison.Ordinal);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"  events (?<events>[\d,]+)  features (?<features>[\d,]+)  .*  duplicates (?<duplicates>[\d,]+)  ", RegexOptions.ExplicitCapture)]
    private static partial Regex ViewLine();

    [GeneratedRegex("""^ +(?<count>\d+)  (?<labels>[a-z-]+: \w+ \w+)$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Reasons();
}
