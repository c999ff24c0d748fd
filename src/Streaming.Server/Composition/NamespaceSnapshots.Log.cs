using Microsoft.Extensions.Logging;

namespace Streaming.Server.Composition;

/// <summary>What the log says of snapshots.</summary>
internal sealed partial class NamespaceSnapshots
{
    [LoggerMessage(531, LogLevel.Information, "Namespace {Namespace}: {Entries} entries restored from {File} in {Seconds:0.00} s; it is {Age} old")]
    private partial void LogRestored(string @namespace, long entries, string file, double seconds, TimeSpan age);

    [LoggerMessage(532, LogLevel.Warning, "Namespace {Namespace}: {Reason}; an older one is tried, or the namespace is rebuilt from its topics")]
    private partial void LogRefused(string @namespace, string reason);

    [LoggerMessage(533, LogLevel.Warning, "Namespace {Namespace}: what its snapshot has of {Source} is dropped and read again: {Reason}")]
    private partial void LogForeign(string @namespace, string source, string reason);

    [LoggerMessage(534, LogLevel.Information, "Namespace {Namespace}: {Entries} entries of {Source} are left out, which another instance owns or nothing reads any more")]
    private partial void LogUnclaimed(string @namespace, string source, int entries);

    [LoggerMessage(535, LogLevel.Information, "Namespace {Namespace}: snapshot {File} written, {Entries} entries in {Bytes} bytes, in {Seconds:0.00} s")]
    private partial void LogWritten(string @namespace, string file, long entries, long bytes, double seconds);

    [LoggerMessage(536, LogLevel.Error, "Namespace {Namespace}: no snapshot could be written: {Reason}. The one before stays; a start replays more")]
    private partial void LogNotWritten(string @namespace, string reason);

    [LoggerMessage(537, LogLevel.Error, "Namespace {Namespace}: was dropped, and its older snapshots cannot be deleted: {Reason}; trying again with the next one")]
    private partial void LogNotPurged(string @namespace, string reason);
}
