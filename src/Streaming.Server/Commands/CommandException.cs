namespace Streaming.Server.Commands;

/// <summary>A command was used wrongly; the message says what to correct. Exit code 2.</summary>
public sealed class CommandException(string message) : Exception(message);
