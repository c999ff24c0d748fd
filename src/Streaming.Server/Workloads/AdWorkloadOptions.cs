using System.Globalization;

namespace Streaming.Server.Workloads;

/// <summary>Size, speed and faults of an <see cref="AdWorkload"/>. Read once.</summary>
public sealed record AdWorkloadOptions
{
    /// <summary>How many users there are: 1 to 10,000,000. Each costs some 60 bytes.</summary>
    public int Users { get; init; } = 2_000;

    /// <summary>How many creatives exist before the first event: 1 to 10,000,000.</summary>
    public int InitialCreatives { get; init; } = 500;

    /// <summary>Mean rate of new events, bad ones included, in events per second: 0.001 to 1e9. Duplicates come on top.</summary>
    public double EventsPerSecond { get; init; } = 1_000;

    /// <summary>Mean rate of new creatives, per second: 0 to 1e6.</summary>
    public double NewCreativesPerSecond { get; init; } = 1;

    /// <summary>Share of the good events that arrive 2 seconds to 5 minutes after they happened: 0 to 1.</summary>
    public double LateShare { get; init; } = 0.02;

    /// <summary>Share of the good events that are sent again, with the same ID, within 30 seconds: 0 to 1.</summary>
    public double DuplicateShare { get; init; } = 0.01;

    /// <summary>Share of the events that are replaced by a bad record: 0 to 1.</summary>
    public double BadShare { get; init; } = 0.001;

    /// <summary>Popularity of the creative of rank r in its vertical is r to the power of minus this: 0 (all alike) to 3.</summary>
    public double ZipfExponent { get; init; } = 1;

    /// <summary>Share of a user's interest that moves with each session to what the user is after these days: 0 (never) to 1.</summary>
    public double InterestDrift { get; init; } = 0.05;

    /// <summary>Everything random follows from it.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Every option that breaks its rule, with its value; empty for valid options.</summary>
    public IEnumerable<string> Violations()
    {
        foreach ((string name, double value, double min, double max) in Bounds())
        {
            if (!(value >= min && value <= max))
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, but must be {min} to {max}");
        }
    }

    private IEnumerable<(string Name, double Value, double Min, double Max)> Bounds() =>
    [
        (nameof(Users), Users, 1, 10_000_000),
        (nameof(InitialCreatives), InitialCreatives, 1, 10_000_000),
        (nameof(EventsPerSecond), EventsPerSecond, 1e-3, 1e9),
        (nameof(NewCreativesPerSecond), NewCreativesPerSecond, 0, 1e6),
        (nameof(LateShare), LateShare, 0, 1),
        (nameof(DuplicateShare), DuplicateShare, 0, 1),
        (nameof(BadShare), BadShare, 0, 1),
        (nameof(ZipfExponent), ZipfExponent, 0, 3),
        (nameof(InterestDrift), InterestDrift, 0, 1),
    ];
}
