namespace Streaming.Server.Accuracy;

/// <summary>A data set and the models that are trained on it.</summary>
/// <param name="Dataset">Name of its folder, and in training results.</param>
/// <param name="Layout">Name of its layout, as its reader gives it.</param>
internal sealed record AccuracySubject(string Dataset, string Layout)
{
    public static IReadOnlyList<AccuracySubject> All { get; } = [new("amazon-beauty", "Amazon Beauty"), new("ml-latest-small", "MovieLens")];

    /// <summary>The sequence model, below the installation.</summary>
    public string ModelFolder => Path.Combine("models", $"hstu-{Dataset}");

    /// <summary>The text encoder that was trained with it, below the installation; it need not exist.</summary>
    public string EncoderFolder => Path.Combine("models", $"encoder-{Dataset}");
}
