namespace Streaming.Runtime.Registry;

/// <summary>A promoted model cannot run here; the message names what, its value and the rule. The instance goes on with the model that it has.</summary>
public sealed class ModelRefusedException(string message, Exception? inner = null) : Exception(message, inner);
