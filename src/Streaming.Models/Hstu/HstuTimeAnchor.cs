namespace Streaming.Models.Hstu;

/// <summary>Whose event time a row of attention measures its distances from.</summary>
public enum HstuTimeAnchor
{
    /// <summary>The token's own: the bias of row i is by t(i) - t(j). Rows are final on arrival.</summary>
    Self,

    /// <summary>
    /// The following token's, as upstream trains: t(i+1) - t(j), and t(i) - t(j) for the newest, which has none yet. A row is final when the next
    /// token arrives.
    /// </summary>
    Next,
}
