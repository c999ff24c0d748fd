namespace Streaming.Models.Hstu;

/// <summary>The shape of an HSTU model. Immutable; see <see cref="HstuConfigValidator"/> for the rules.</summary>
public sealed record HstuConfig
{
    /// <summary>Number of layers, 1..64.</summary>
    public required int Layers { get; init; }

    /// <summary>Model width D: floats of the residual stream, 1..4,096.</summary>
    public required int Width { get; init; }

    /// <summary>Attention heads H, 1..64.</summary>
    public required int Heads { get; init; }

    /// <summary>Floats of a query, key and value of one head, 1..256.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Window W: tokens that a token attends to, itself included; also the constant N of the attention average. 1..65,536.</summary>
    public required int Window { get; init; }

    /// <summary>Floats of a creative's content vector, 1..4,096.</summary>
    public int ContentWidth { get; init; } = 32;

    /// <summary>Floats of a user embedding, 1..4,096.</summary>
    public int OutputWidth { get; init; } = 32;

    /// <summary>Attention scores carry the time bias τ.</summary>
    public bool TimeBias { get; init; } = true;

    /// <summary>Whose event time a row's time bias is measured from.</summary>
    public HstuTimeAnchor TimeAnchor { get; init; } = HstuTimeAnchor.Self;

    /// <summary>Names of the actions; a token's action is an index into this list. Distinct and not blank.</summary>
    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>H · head width: floats of all heads' u, v, q or k.</summary>
    public int HeadsWidth => Heads * HeadWidth;

    /// <summary>Tokens that rebuild a lost sequence exactly: layers · (W - 1) + 1. Fewer give other numbers.</summary>
    /// <remarks>
    /// The newest row reads W - 1 rows before it at the last layer, each of which reads W - 1 before it at the layer below, and so on; the oldest
    /// is read for its K/V of layer 0 alone, which need no other row. The same for both anchors: a row's anchor is another time, not another row.
    /// </remarks>
    public int RebuildTokens => (Layers * (Window - 1)) + 1;

    /// <summary>The index of an action, or -1 when the vocabulary lacks it.</summary>
    public int FindAction(string action)
    {
        for (var i = 0; i < Actions.Count; i++)
            if (Actions[i] == action) return i;
        return -1;
    }

    /// <summary>Equal by value, the vocabulary included.</summary>
    public bool Equals(HstuConfig? other) =>
        other is not null
        && (Layers, Width, Heads, HeadWidth, Window) == (other.Layers, other.Width, other.Heads, other.HeadWidth, other.Window)
        && (ContentWidth, OutputWidth, TimeBias, TimeAnchor) == (other.ContentWidth, other.OutputWidth, other.TimeBias, other.TimeAnchor)
        && Actions.SequenceEqual(other.Actions, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Layers, Width, Heads, HeadWidth, Window, ContentWidth, OutputWidth, Actions.Count);
}
