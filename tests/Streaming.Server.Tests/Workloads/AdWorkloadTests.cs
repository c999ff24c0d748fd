using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Workloads;

public sealed class AdWorkloadTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AdWorkloadOptions Clean = new() { LateShare = 0, DuplicateShare = 0, BadShare = 0 };

    [Fact]
    public void Two_runs_of_one_seed_are_the_same_bytes()
    {
        var options = new AdWorkloadOptions { BadShare = 0.01 };
        Assert.Equal(Bytes(options, 20_000), Bytes(options, 20_000));
    }

    [Fact]
    public void Another_seed_gives_other_records()
    {
        var options = new AdWorkloadOptions();
        Assert.NotEqual(Bytes(options, 100), Bytes(options with { Seed = options.Seed + 1 }, 100));
    }

    [Fact]
    public void The_size_of_the_clock_steps_does_not_change_what_comes()
    {
        var fine = new AdWorkload(new AdWorkloadOptions(), Start);
        var coarse = new AdWorkload(new AdWorkloadOptions(), Start);
        List<byte[]> inSteps = [];
        for (int step = 1; step <= 700; step++)
            inSteps.AddRange(fine.Until(Start.AddMilliseconds(step * 10)).Select(r => r.ToBytes()));
        Assert.Equal(coarse.Until(Start.AddSeconds(7)).Select(r => r.ToBytes()), inSteps);
    }

    [Fact]
    public void Indices_are_unique_and_increasing_from_the_initial_creatives_on()
    {
        var workload = new AdWorkload(new AdWorkloadOptions { BadShare = 0.01 }, Start);
        var indices = workload.InitialCreatives().Concat(workload.Until(Start.AddSeconds(60))).Concat(workload.Drain()).Select(r => r.Index).ToList();
        Assert.Equal(Enumerable.Range(0, indices.Count).Select(i => (long)i), indices);
    }

    [Fact]
    public void Events_arrive_at_the_rate_asked_for_like_a_Poisson_process()
    {
        var workload = new AdWorkload(Clean with { NewCreativesPerSecond = 0 }, Start);
        List<int> perSecond = [.. Enumerable.Range(1, 200).Select(second => workload.Until(Start.AddSeconds(second)).Count())];
        double mean = perSecond.Average();
        double variance = perSecond.Average(n => (n - mean) * (n - mean));
        Assert.InRange(mean, 990, 1_010);
        Assert.InRange(variance / mean, 0.7, 1.4); // 1 for Poisson arrivals; 0 for a metronome
    }

    [Fact]
    public void New_creatives_come_at_their_rate_and_events_meet_them()
    {
        var workload = new AdWorkload(Clean with { NewCreativesPerSecond = 2 }, Start);
        List<WorkloadRecord> records = [.. workload.Until(Start.AddSeconds(200))];
        HashSet<string> added = [.. records.Where(r => r.Kind == WorkloadKind.Creative).Select(r => r.Key)];
        Assert.InRange(added.Count, 340, 460);
        Assert.DoesNotContain(workload.InitialCreatives(), r => added.Contains(r.Key));
        Assert.True(records.Count(r => r.Event is { } e && added.Contains(e.CreativeId)) > 1_000);
    }

    [Fact]
    public void An_event_names_only_creatives_that_came_before_it()
    {
        var workload = new AdWorkload(Clean, Start);
        HashSet<string> known = [.. workload.InitialCreatives().Select(r => r.Key)];
        foreach (WorkloadRecord record in workload.Until(Start.AddSeconds(60)))
        {
            if (record.Creative is { } creative)
                known.Add(creative.CreativeId);
            else
                Assert.Contains(record.Event!.CreativeId, known);
        }
    }

    [Fact]
    public void Popularity_falls_with_the_rank_as_Zipf_says()
    {
        List<UserEvent> impressions = [.. Impressions(Clean with { NewCreativesPerSecond = 0 }, 200_000)];
        var workload = new AdWorkload(Clean, Start);
        Dictionary<string, string> verticals = workload.InitialCreatives().ToDictionary(r => r.Key, r => r.Creative!.Category);

        double[] slopes = [.. impressions
            .GroupBy(e => verticals[e.CreativeId])
            .Select(vertical => Slope([.. vertical.GroupBy(e => e.CreativeId).Select(g => g.Count()).OrderDescending().Take(20)]))];

        Assert.Equal(12, slopes.Length);
        Assert.All(slopes, slope => Assert.InRange(slope, -1.15, -0.85));
    }

    [Fact]
    public void Late_events_arrive_seconds_to_minutes_after_newer_ones_of_their_user()
    {
        var workload = new AdWorkload(Clean with { LateShare = 0.05, EventsPerSecond = 100, Users = 200 }, Start);
        List<UserEvent> arrived = [.. EventsOf(workload.Until(Start.AddMinutes(10)))];
        Dictionary<string, long> newest = [];
        List<long> latenessMs = [];
        foreach (UserEvent e in arrived)
        {
            long newestMs = newest.GetValueOrDefault(e.UserId, long.MinValue);
            if (e.EventTimeMs < newestMs)
                latenessMs.Add(newestMs - e.EventTimeMs);
            newest[e.UserId] = Math.Max(newestMs, e.EventTimeMs);
        }

        // A held-back event is not late for a user who did nothing meanwhile, so a little less than the share is.
        Assert.InRange(latenessMs.Count / (double)arrived.Count, 0.04, 0.05);
        Assert.Contains(latenessMs, ms => ms < 10_000);
        Assert.Contains(latenessMs, ms => ms > 120_000);
        Assert.All(latenessMs, ms => Assert.True(ms <= 300_000));
    }

    [Fact]
    public void Without_late_events_a_user_s_event_times_never_go_back()
    {
        foreach (IGrouping<string, UserEvent> user in EventsOf(new AdWorkload(Clean, Start).Until(Start.AddSeconds(60))).GroupBy(e => e.UserId))
            Assert.Equal(user.Select(e => e.EventTimeMs).Order(), user.Select(e => e.EventTimeMs));
    }

    [Fact]
    public void Duplicates_are_the_same_event_again_and_as_frequent_as_asked_for()
    {
        var workload = new AdWorkload(Clean with { DuplicateShare = 0.03 }, Start);
        List<UserEvent> arrived = [.. EventsOf(workload.Until(Start.AddSeconds(120)).Concat(workload.Drain()))];
        List<IGrouping<string, UserEvent>> twice = [.. arrived.GroupBy(e => e.EventId).Where(g => g.Count() > 1)];
        Assert.InRange(twice.Count / (double)(arrived.Count - twice.Count), 0.027, 0.033);
        Assert.All(twice, pair => Assert.Equal(pair.First(), Assert.Single(pair.Skip(1))));
    }

    [Fact]
    public void Bad_records_have_their_share_and_every_kind_is_what_it_says()
    {
        var workload = new AdWorkload(Clean with { BadShare = 0.01, NewCreativesPerSecond = 0 }, Start);
        List<WorkloadRecord> records = [.. workload.Until(Start.AddSeconds(100))];
        List<WorkloadRecord> bad = [.. records.Where(r => r.Fault != WorkloadFault.None)];

        Assert.InRange(bad.Count / (double)records.Count, 0.009, 0.011);
        Assert.Equal(Enum.GetValues<WorkloadFault>().Skip(1), bad.Select(r => r.Fault).Distinct().Order());
        Assert.All(bad, record => Assert.True(ShowsItsFault(record), record.Fault.ToString()));
        Assert.All(records.Except(bad), record => Assert.True(IsGood(record.Event!)));
    }

    [Fact]
    public void Sessions_are_bursts_of_one_user_with_twelve_impressions_in_the_mean()
    {
        List<UserEvent> events = [.. EventsOf(new AdWorkload(Clean with { EventsPerSecond = 100 }, Start).Until(Start.AddMinutes(30)))];
        List<List<UserEvent>> sessions = [.. events.GroupBy(e => e.Context["session"]).Select(g => g.ToList())];

        Assert.All(sessions, s => Assert.Single(s.Select(e => e.UserId).Distinct()));
        Assert.InRange(sessions.Average(s => s.Count(e => e.Action == "impression")), 11, 13);
        Assert.InRange(GapsSeconds(sessions).Average(), 2.5, 3.5);
        // Between visits a user is away for far longer than between two events of a visit.
        List<List<UserEvent>> lastAndFirst = [.. sessions.GroupBy(s => s[0].UserId).SelectMany(user => user.Zip(user.Skip(1), (a, b) => new List<UserEvent> { a[^1], b[0] }))];
        Assert.True(GapsSeconds(lastAndFirst).Average() > 60);
    }

    [Fact]
    public void Each_action_follows_its_predecessor_of_the_funnel_on_the_same_creative()
    {
        List<UserEvent> events = [.. EventsOf(new AdWorkload(Clean, Start).Until(Start.AddMinutes(3)))];
        foreach (IGrouping<string, UserEvent> session in events.GroupBy(e => e.Context["session"]))
        {
            foreach ((UserEvent before, UserEvent after) in session.Zip(session.Skip(1)).Where(pair => pair.Second.Action != "impression"))
            {
                Assert.Equal(before.CreativeId, after.CreativeId);
                Assert.Contains((before.Action, after.Action), new[] { ("impression", "click"), ("click", "install"), ("click", "purchase"), ("install", "purchase") });
            }
        }

        int[] counts = [.. new[] { "impression", "click", "install", "purchase" }.Select(action => events.Count(e => e.Action == action))];
        Assert.True(counts[0] > 5 * counts[1] && counts[1] > 2 * counts[2] && counts[2] > 0 && counts[3] > 0, string.Join(' ', counts));
        Assert.All(events, e => Assert.Equal(e.Action == "purchase", e.Value > 0));
    }

    [Fact]
    public void Clicks_get_rarer_with_the_position_in_the_session()
    {
        List<UserEvent> events = [.. EventsOf(new AdWorkload(Clean, Start).Until(Start.AddMinutes(5)))];
        Assert.True(ClickRate(1, 5) > 1.3 * ClickRate(20, 60), $"{ClickRate(1, 5)} {ClickRate(20, 60)}");

        double ClickRate(int from, int to)
        {
            List<UserEvent> there = [.. events.Where(e => int.Parse(e.Context["position"], null) is int at && at >= from && at <= to)];
            return there.Count(e => e.Action == "click") / (double)there.Count(e => e.Action == "impression");
        }
    }

    [Fact]
    public void Interests_drift_slowly()
    {
        (double near, double far) = Similarities(Clean with { Users = 20, EventsPerSecond = 1 });
        Assert.True(near > 0.85, $"Five sessions later: {near}");
        Assert.True(far < 0.65, $"A hundred sessions later: {far}");
    }

    [Fact]
    public void Without_drift_interests_stay()
    {
        (double near, double far) = Similarities(Clean with { Users = 20, EventsPerSecond = 1, InterestDrift = 0 });
        Assert.True(near > 0.92 && far > 0.92, $"{near} {far}");
    }

    [Fact]
    public void Creatives_are_believable_distinct_and_within_the_contract()
    {
        List<Creative> creatives = [.. new AdWorkload(Clean with { InitialCreatives = 10_000 }, Start).InitialCreatives().Select(r => r.Creative!)];
        Assert.True(creatives.Select(c => c.Texts[0].Text).Distinct().Count() > 5_000);
        Assert.Equal(12, creatives.Select(c => c.Category).Distinct().Count());
        Assert.All(creatives, c => Assert.Equal(["title", "description", "call_to_action"], c.Texts.Select(t => t.Role)));
        Assert.All(creatives, c => Assert.InRange(c.Texts[0].Text.Length, 10, 150));
        Assert.Equal(10_000, creatives.Select(c => c.CreativeId).Distinct().Count());
        Assert.All(creatives, c => Assert.True(c.ValidUntilMs > Start.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public void Every_wrong_option_is_reported_with_its_value()
    {
        var options = new AdWorkloadOptions { Users = 0, LateShare = 1.5, EventsPerSecond = double.NaN };
        var error = Assert.Throws<ArgumentException>(() => new AdWorkload(options, Start));
        Assert.Contains("Users is 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("LateShare is 1.5", error.Message, StringComparison.Ordinal);
        Assert.Contains("EventsPerSecond is NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_user_and_one_creative_are_enough()
    {
        var workload = new AdWorkload(Clean with { Users = 1, InitialCreatives = 1, NewCreativesPerSecond = 0 }, Start);
        Assert.All(workload.Until(Start.AddSeconds(1)), r => Assert.Equal(("user-000000", "creative-000000"), (r.Key, r.Event!.CreativeId)));
    }

    private static List<byte[]> Bytes(AdWorkloadOptions options, int records)
    {
        var workload = new AdWorkload(options, Start);
        return [.. workload.InitialCreatives().Concat(workload.Until(DateTimeOffset.MaxValue).Take(records)).Select(r => r.ToBytes())];
    }

    private static IEnumerable<UserEvent> Impressions(AdWorkloadOptions options, int events) =>
        EventsOf(new AdWorkload(options, Start).Until(DateTimeOffset.MaxValue).Take(events)).Where(e => e.Action == "impression");

    private static IEnumerable<UserEvent> EventsOf(IEnumerable<WorkloadRecord> records) =>
        records.Where(r => r.Kind == WorkloadKind.Event).Select(r => r.Event!);

    private static bool IsGood(UserEvent e) =>
        e is { EventId.Length: > 0, UserId.Length: > 0, CreativeId.Length: > 0, Action: "impression" or "click" or "install" or "purchase" }
        && double.IsFinite(e.Value) && e.EventTimeMs >= Start.ToUnixTimeMilliseconds() && e.EventTimeMs < Start.AddDays(1).ToUnixTimeMilliseconds();

    private static bool ShowsItsFault(WorkloadRecord record) => record.Fault switch
    {
        WorkloadFault.UnknownAction => record.Event!.Action == "teleport",
        WorkloadFault.MissingUserId => record.Key.Length == 0 && record.Event!.UserId.Length == 0,
        WorkloadFault.MissingCreativeId => record.Event!.CreativeId.Length == 0,
        WorkloadFault.FarFutureEventTime => DateTimeOffset.FromUnixTimeMilliseconds(record.Event!.EventTimeMs).Year == 2500,
        WorkloadFault.NotANumberValue => double.IsNaN(record.Event!.Value),
        WorkloadFault.TruncatedMessage => record.Kind == WorkloadKind.Raw && CannotBeParsed(record.ToBytes()),
        WorkloadFault.OversizedText => record.Creative!.Texts.Sum(t => t.Text.Length) > 100 * 1024,
        _ => false,
    };

    private static bool CannotBeParsed(byte[] bytes)
    {
        try
        {
            UserEvent.Parser.ParseFrom(bytes);
            return false;
        }
        catch (InvalidProtocolBufferException)
        {
            return true;
        }
    }

    private static IEnumerable<double> GapsSeconds(IEnumerable<List<UserEvent>> sequences) =>
        sequences.SelectMany(s => s.Zip(s.Skip(1), (a, b) => (b.EventTimeMs - a.EventTimeMs) / 1_000.0));

    /// <summary>Slope of the regression line of log count on log rank.</summary>
    private static double Slope(int[] counts)
    {
        double[] x = [.. Enumerable.Range(1, counts.Length).Select(rank => Math.Log(rank))];
        double[] y = [.. counts.Select(count => Math.Log(count))];
        double meanX = x.Average(), meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }

    /// <summary>Mean cosine, over the users, of the verticals seen in twenty minutes (some five sessions) with those of the next twenty minutes and of seven hours later.</summary>
    private static (double Near, double Far) Similarities(AdWorkloadOptions options)
    {
        var workload = new AdWorkload(options with { NewCreativesPerSecond = 0 }, Start);
        Dictionary<string, string> verticals = workload.InitialCreatives().ToDictionary(r => r.Key, r => r.Creative!.Category);
        Dictionary<string, Dictionary<string, double>> first = Window(0), second = Window(20), last = Window(440);
        return (Mean(second), Mean(last));

        double Mean(Dictionary<string, Dictionary<string, double>> later) =>
            first.Keys.Where(later.ContainsKey).Average(user => Cosine(first[user], later[user]));

        Dictionary<string, Dictionary<string, double>> Window(double fromMinute)
        {
            foreach (WorkloadRecord skipped in workload.Until(Start.AddMinutes(fromMinute)))
                _ = skipped;
            return EventsOf(workload.Until(Start.AddMinutes(fromMinute + 20)))
                .Where(e => e.Action == "impression")
                .GroupBy(e => e.UserId)
                .ToDictionary(user => user.Key, user => user.GroupBy(e => verticals[e.CreativeId]).ToDictionary(g => g.Key, g => (double)g.Count()));
        }
    }

    private static double Cosine(Dictionary<string, double> a, Dictionary<string, double> b) =>
        a.Sum(pair => pair.Value * b.GetValueOrDefault(pair.Key)) / (Math.Sqrt(a.Values.Sum(v => v * v)) * Math.Sqrt(b.Values.Sum(v => v * v)));
}
