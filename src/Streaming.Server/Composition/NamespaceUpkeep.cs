using Streaming.Memory;

namespace Streaming.Server.Composition;

/// <summary>Upkeep of a namespace that an operator asks for, on the thread that writes it and in turns with the stream.</summary>
internal sealed class NamespaceUpkeep(Platform platform)
{
    // Of one turn: what a record of the stream may wait for it.
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(5);

    /// <summary>Has the lists trained anew.</summary>
    /// <returns>Null when this instance owns nothing of the role.</returns>
    public Task<VectorNamespace?> RetrainAsync(VectorNamespace space, string role, CancellationToken cancellationToken) => platform.OnThreadAsync(
        role,
        () =>
        {
            space.Retrain();
            return space;
        },
        cancellationToken);

    /// <summary>Reclaims everything that no kept version needs.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="role">Whose thread writes it.</param>
    /// <param name="within">When it is left to be done later.</param>
    /// <param name="cancellationToken">Leaves it at once.</param>
    /// <returns>True when nothing is left to do; null when this instance owns nothing of the role.</returns>
    public async Task<bool?> CompactAsync(VectorNamespace space, string role, TimeSpan within, CancellationToken cancellationToken)
    {
        var started = platform.Clock.GetTimestamp();
        var begun = await platform.OnThreadAsync(
            role,
            () =>
            {
                space.Compact();
                return space;
            },
            cancellationToken);
        while (begun is not null)
        {
            if (await platform.OnThreadAsync(role, () => new Progress(Publish(space)), cancellationToken) is not { } progress)
                return null;
            if (progress.IsDone || platform.Clock.GetElapsedTime(started) > within)
                return progress.IsDone;
        }
        return null;
    }

    // No batch is open between two polls, so that this publishes no version: it only does upkeep.
    private bool Publish(VectorNamespace space)
    {
        var started = platform.Clock.GetTimestamp();
        do
            space.Publish();
        while (space.HasUpkeep() && platform.Clock.GetElapsedTime(started) < Turn);
        return !space.HasUpkeep();
    }

    private sealed record Progress(bool IsDone);
}
