namespace Streaming.Server.Api;

/// <summary>What an admin call did to one instance's part of a namespace.</summary>
/// <param name="Entries">Entries that it holds; snapshot: those written.</param>
/// <param name="Instance">The instance.</param>
/// <param name="Training">retrain: whether lists are trained now; false where there are too few entries for lists.</param>
/// <param name="Complete">compact: whether all was done in time; what is left goes on with the stream.</param>
/// <param name="RowsBefore">compact: rows that were held before.</param>
/// <param name="Rows">compact: rows held now; those above the entries are held by older versions.</param>
/// <param name="SizeBytesBefore">compact: bytes that were held before.</param>
/// <param name="SizeBytes">compact: bytes held now.</param>
/// <param name="Version">snapshot: the version written.</param>
/// <param name="Bytes">snapshot: the file's size.</param>
/// <param name="Path">snapshot: the file, on the instance's disk.</param>
/// <param name="Reason">Why it was not done here; absent when it was.</param>
internal sealed record UpkeepPart(
    long Entries,
    string Instance = "",
    bool? Training = null,
    bool? Complete = null,
    int? RowsBefore = null,
    int? Rows = null,
    long? SizeBytesBefore = null,
    long? SizeBytes = null,
    long? Version = null,
    long? Bytes = null,
    string? Path = null,
    string? Reason = null);
