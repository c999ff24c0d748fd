using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory …</c>: what the vector memory holds, one entry of it, and deletes.</summary>
internal static class MemoryCommand
{
    public static Command Create(KafkaSettings settings) => new("memory", "Look into the vector memory of a running instance, and delete from it")
    {
        MemoryListCommand.Create(),
        MemoryGetCommand.Create(),
        MemoryDeleteCommand.Create(settings),
    };
}
