using System.Globalization;
using Streaming.Core.Contracts;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>Makes user events that are valid unless a test changes them.</summary>
internal static class UserEvents
{
    public static UserEvent Make(string id, string user = "u1", string creative = "c1", int minute = 0, string action = "impression", double value = 1) => new()
    {
        EventId = id,
        UserId = user,
        CreativeId = creative,
        Action = action,
        EventTimeMs = ManualTime.StartMs - (long)TimeSpan.FromDays(2).TotalMilliseconds + (minute * 60_000L),
        Scene = "feed",
        Value = value,
    };

    /// <summary>A row of events of one user, a minute apart, over four creatives.</summary>
    public static IEnumerable<UserEvent> Row(string user, int count, int from = 0)
    {
        for (var i = from; i < from + count; i++)
            yield return Make(string.Create(CultureInfo.InvariantCulture, $"{user}-{i}"), user, $"c{i % 4}", i, i % 3 == 2 ? "click" : "impression", i);
    }
}
