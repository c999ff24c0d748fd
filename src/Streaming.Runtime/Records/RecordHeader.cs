namespace Streaming.Runtime.Records;

/// <summary>One header of a record; the value is UTF-8 or opaque bytes.</summary>
public readonly record struct RecordHeader(string Name, byte[] Value);
