using Streaming.Runtime.Creatives;

namespace Streaming.Server.Media;

/// <summary>The media of one creative that had to be waited for, by their number in it.</summary>
internal sealed class MediaRequest(IReadOnlyDictionary<int, Task<ArrivedMedium>> media, CancellationTokenSource stop) : IMediaRequest
{
    private readonly Task _all = Task.WhenAll(media.Values);

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
