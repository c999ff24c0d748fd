namespace Streaming.Models.Weights;

/// <summary>A model's files are missing, damaged, or do not fit each other.</summary>
/// <remarks>
/// The message names the file or tensor and, for a mismatch, both values. The same files fail the same way again: the caller keeps the model
/// that it has, or stops the task without publishing.
/// </remarks>
public sealed class ModelFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ModelFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public ModelFormatException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
