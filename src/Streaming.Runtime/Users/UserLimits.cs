namespace Streaming.Runtime.Users;

/// <summary>Bounds of what a user actor keeps beside its history.</summary>
/// <param name="DuplicateWindow">Event ids remembered.</param>
/// <param name="RecentSemanticIds">Semantic IDs in a feature record.</param>
internal readonly record struct UserLimits(int DuplicateWindow, int RecentSemanticIds);
