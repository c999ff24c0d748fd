using System.Globalization;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>A race that goes on for STREAMING_TEST_RACE_MINUTES; skipped without them.</summary>
internal sealed class LongRaceFactAttribute : FactAttribute
{
    private const string Variable = "STREAMING_TEST_RACE_MINUTES";

    public LongRaceFactAttribute() => Skip = Asked is null ? $"{Variable} is not set: a long race is for changes of what readers and writer share" : null;

    public static TimeSpan? Asked { get; } =
        double.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double minutes) ? TimeSpan.FromMinutes(minutes) : null;
}
