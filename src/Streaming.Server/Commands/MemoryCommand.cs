using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory …</c>: what the vector memory holds, one entry of it, deletes, drops, and upkeep.</summary>
internal static class MemoryCommand
{
    public static Command Create(KafkaSettings settings) => new("memory", "Look into the vector memory of a running instance, delete from it, and have it kept up")
    {
        MemoryListCommand.Create(),
        MemoryGetCommand.Create(),
        MemoryDeleteCommand.Create(settings),
        MemoryUpkeepCommand.Retrain(),
        MemoryUpkeepCommand.Compact(),
        MemoryUpkeepCommand.Snapshot(),
        MemoryDropCommand.Create(),
    };
}
