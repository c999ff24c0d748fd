namespace Streaming.Models.Hstu;

/// <summary>One event of a user, as the model sees it.</summary>
/// <param name="Content">
/// The creative's embedding, of the model's content width; empty = unknown, and the model's learned vector stands in. Not copied; the owner
/// must not change it while the token is in use.
/// </param>
/// <param name="Action">Index into the model's actions.</param>
/// <param name="EventTimeSeconds">Event time, Unix seconds. It may be older than the token before it.</param>
public readonly record struct HstuToken(ReadOnlyMemory<float> Content, int Action, long EventTimeSeconds);
