using System.Globalization;

namespace Streaming.Server.Composition;

/// <summary>Decides whether an instance may take traffic: assigned and caught up.</summary>
internal static class Readiness
{
    public static IReadOnlyList<string> Reasons(IEnumerable<RoleRunner> runners, IEnumerable<Task> views)
    {
        var reasons = new List<string>();
        foreach (var runner in runners.Where(r => !r.Ended.IsCompletedSuccessfully))
        {
            if (runner.Ended.IsFaulted)
                reasons.Add($"{runner.Role}: failed: {runner.Ended.Exception!.InnerException!.Message}");
            else if (!runner.Thread.HasJoined)
                reasons.Add($"{runner.Role}: no partitions assigned yet");
            foreach (var position in runner.CaughtUp.Behind(runner.Thread.Positions))
            {
                reasons.Add(position.Lag is { } lag
                    ? string.Create(CultureInfo.InvariantCulture, $"{runner.Role}: {position.Partition}: {lag} records behind")
                    : $"{runner.Role}: {position.Partition}: end not known yet");
            }
        }
        foreach (var view in views)
        {
            if (view.IsFaulted)
                reasons.Add($"api: {view.Exception!.InnerException!.Message}");
            else if (!view.IsCompleted)
                reasons.Add("api: feature view not read yet");
        }
        return reasons;
    }
}
