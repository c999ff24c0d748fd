namespace Streaming.Memory.Rows;

/// <summary>What a new row begins with; see <see cref="Row"/> for the fields.</summary>
internal readonly record struct RowHead(long Begin, long ValidUntilMs, long EventTimeMs, long Offset, int Attributes, int Previous);
