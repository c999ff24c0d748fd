namespace Streaming.Server.Commands;

/// <summary>What the program's exit code means.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It ran and failed: a broker, a disk, a role.</summary>
    public const int Failed = 1;

    /// <summary>It was asked wrongly: an option, a topology, a model that does not fit.</summary>
    public const int Usage = 2;

    /// <summary>What was asked for does not exist: a user, a creative, a namespace, an entry, a version.</summary>
    public const int NotFound = 3;
}
