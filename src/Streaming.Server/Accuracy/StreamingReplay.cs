using Streaming.Models.Hstu;

namespace Streaming.Server.Accuracy;

/// <summary>Feeds every user's events through an engine, one by one, as they would arrive.</summary>
public static class StreamingReplay
{
    /// <summary>The user embedding right after each event: [events, output width].</summary>
    /// <param name="log">The events.</param>
    /// <param name="items">Content of the tokens; its width is the model's content width.</param>
    /// <param name="engine">Makes and ends the sequences; as many users as its largest batch are under way at a time.</param>
    /// <param name="done">Called with the number of users that are through.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">The model does not know an action, or the vectors do not fit it: the message says which.</exception>
    public static float[] Embed(SequenceLog log, ItemVectors items, IHstuEngine engine, Action<int> done, CancellationToken cancellationToken)
    {
        HstuConfig config = engine.Model.Config;
        if (items.Width != config.ContentWidth)
            throw new ArgumentException($"The items' vectors have {items.Width} floats; the model takes {config.ContentWidth}.", nameof(items));
        int[] actions = [.. log.ActionNames.Select(config.FindAction)];
        if (Array.IndexOf(actions, -1) is >= 0 and int unknown)
            throw new ArgumentException($"The model does not know the action '{log.ActionNames[unknown]}'.", nameof(engine));
        float[] embeddings = new float[log.EventCount * config.OutputWidth];
        for (int first = 0; first < log.UserCount; first += engine.MaxBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(log.UserCount, first + engine.MaxBatch);
            EmbedUsers(log, items, engine, actions, first..end, embeddings);
            done(end);
        }

        return embeddings;
    }

    private static void EmbedUsers(SequenceLog log, ItemVectors items, IHstuEngine engine, int[] actions, Range users, float[] embeddings)
    {
        (int first, int count) = users.GetOffsetAndLength(log.UserCount);
        int width = engine.Model.Config.OutputWidth;
        IHstuSequence[] sequences = [.. Enumerable.Range(0, count).Select(_ => engine.CreateSequence())];
        HstuStep[] steps = new HstuStep[count];
        int[] events = new int[count];
        float[] output = new float[count * width];
        try
        {
            for (int position = 0; ; position++)
            {
                int batch = 0;
                for (int user = 0; user < count; user++)
                {
                    int at = log.Start(first + user) + position;
                    if (at >= log.End(first + user))
                        continue;
                    events[batch] = at;
                    steps[batch++] = new(sequences[user], new(items[log.Items[at]], actions[log.Actions[at]], log.Times[at]));
                }

                if (batch == 0)
                    return;
                engine.Step(steps.AsSpan(0, batch), output.AsSpan(0, batch * width));
                for (int row = 0; row < batch; row++)
                    output.AsSpan(row * width, width).CopyTo(embeddings.AsSpan(events[row] * width));
            }
        }
        finally
        {
            foreach (IHstuSequence sequence in sequences)
                sequence.Dispose();
        }
    }
}
