using System.Runtime.InteropServices;
using Streaming.Core.Contracts;
using Streaming.Core.Validation;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>Gives a task's actors their K/V state: the one in memory, or one that is rebuilt from history with the recorded joins.</summary>
internal sealed class UserSequences(UserActors actors, UserHistory history, ContentJoin join, SequenceBatcher batcher, RuntimeMetrics metrics, TimeProvider clock)
{
    private const int ChunkTokens = 256;
    private readonly SequenceToken[] _chunk = new SequenceToken[ChunkTokens];

    /// <summary>An event as the model sees it.</summary>
    public static SequenceToken Input(HistoryToken token, CreativeContent? content) =>
        new(content?.Embedding ?? default, token.Action, Math.DivRem(token.EventTimeMs, 1000).Quotient);

    /// <summary>Makes sure that the actor has a state of the present model, and pins it for the batch.</summary>
    /// <returns>Null, or why the model cannot take the actor's history; then the actor has no state and nothing is pinned.</returns>
    /// <exception cref="SequenceModelException">The model failed.</exception>
    public Violation? Prepare(UserActor actor)
    {
        var model = batcher.Model;
        if (actor.Sequence is not null)
        {
            metrics.CacheHit();
            batcher.Cache.Pin(actor, model.MaxStateBytes);
            return null;
        }
        metrics.CacheMissed();
        if (actor.ModelVersion != model.Version || actor.EncoderVersion != batcher.Contents.Versions.Encoder)
            BeginModel(actor, model);
        return Rebuild(actor, model);
    }

    private Violation? Rebuild(UserActor actor, ISequenceModel model)
    {
        var tokens = actor.HistoryLength == 0 ? [] : history.Newest(actor, model.RebuildTokens);
        // A long rebuild takes as long as many batches: what waits goes out before it.
        if (tokens.Count > batcher.MaxBatch)
            batcher.Flush();
        batcher.Cache.Pin(actor, model.MaxStateBytes);
        var started = clock.GetTimestamp();
        Violation? violation = null;
        var whole = false;
        try
        {
            actor.Sequence = Run(model, model.CreateState);
            violation = Replay(actor.Sequence, CollectionsMarshal.AsSpan(tokens), model);
            whole = violation is null;
        }
        finally
        {
            // Half a state must never be mistaken for a whole one.
            if (!whole)
                batcher.Cache.Left(actor);
        }
        if (whole && tokens.Count > 0)
            metrics.Rebuilt(tokens.Count, clock.GetElapsedTime(started));
        return violation;
    }

    private Violation? Replay(ISequenceState state, ReadOnlySpan<HistoryToken> tokens, ISequenceModel model)
    {
        for (; tokens.Length > 0; tokens = tokens[Math.Min(ChunkTokens, tokens.Length)..])
        {
            var count = Math.Min(ChunkTokens, tokens.Length);
            for (var i = 0; i < count; i++)
            {
                _chunk[i] = Input(tokens[i], join.Recall(tokens[i]));
                if (model.Check(_chunk[i]) is { } violation)
                    return new Violation($"history.{violation.Field}", violation.Value, violation.Rule);
            }
            Run(model, () =>
            {
                model.Append(state, _chunk.AsSpan(0, count));
                return true;
            });
        }
        return null;
    }

    private static T Run<T>(ISequenceModel model, Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new SequenceModelException($"model '{model.Version}' failed in a rebuild: {e.Message}", e);
        }
    }

    // The same model repeats its joins, so that its results do not change. Another one is the occasion to join creatives that were late, and
    // another encoder makes all joins anew.
    private void BeginModel(UserActor actor, ISequenceModel model)
    {
        actors.Touch(actor);
        (actor.ModelVersion, actor.EncoderVersion) = (model.Version, batcher.Contents.Versions.Encoder);
        history.Update(actor, model.RebuildTokens, join.Renew);
    }
}
