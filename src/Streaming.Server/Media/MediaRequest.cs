using Streaming.Runtime.Creatives;

namespace Streaming.Server.Media;

/// <summary>What of one creative had to be waited for: media, by their number in it, and a language model's labels.</summary>
internal sealed class MediaRequest(IReadOnlyDictionary<int, Task<ArrivedMedium>> media, Task<IReadOnlyDictionary<string, string>>? labels, CancellationTokenSource stop) : IMediaRequest
{
    private readonly Task _all = Task.WhenAll([.. media.Values, labels ?? Task.CompletedTask]);

    /// <summary>The labels that came; null when none were asked for.</summary>
    public IReadOnlyDictionary<string, string>? Labels => labels?.GetAwaiter().GetResult();

    public bool Wait(TimeSpan patience) => _all.Wait(patience);

    /// <summary>What has arrived as medium <paramref name="index"/>; null when that was not waited for.</summary>
    public ArrivedMedium? this[int index] => media.TryGetValue(index, out var arrived) ? arrived.GetAwaiter().GetResult() : null;

    public void Dispose()
    {
        stop.Cancel();
        foreach (var medium in media.Values)
            medium.ContinueWith(m => m.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        _all.ContinueWith(_ => stop.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
