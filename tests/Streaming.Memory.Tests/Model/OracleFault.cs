namespace Streaming.Memory.Tests.Model;

/// <summary>What an oracle gets wrong. The comparison must notice it: it would notice a namespace that does so.</summary>
public enum OracleFault
{
    None,

    /// <summary>A delete by filter takes entries along that were written after it.</summary>
    DeletesNewerByFilter,

    /// <summary>An older write that arrives after a delete by filter comes back.</summary>
    ForgetsDeletesByFilter,

    /// <summary>An entry is found before it is valid.</summary>
    IgnoresValidFrom,

    /// <summary>An entry is not found at the first instant at which it is valid.</summary>
    IsValidTooLate,

    /// <summary>A full namespace drops the oldest instead of the least recently used.</summary>
    IgnoresUses,

    /// <summary>A replaced entry counts as one that was never used.</summary>
    ForgetsUsesOfReplaced,
}
