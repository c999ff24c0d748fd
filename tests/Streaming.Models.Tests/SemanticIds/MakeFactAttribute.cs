namespace Streaming.Models.Tests.SemanticIds;

/// <summary>Not a check but a maker of a committed model; runs only when STREAMING_MAKE names it.</summary>
public sealed class MakeFactAttribute : FactAttribute
{
    public MakeFactAttribute(string model)
    {
        Model = model;
        if (Environment.GetEnvironmentVariable("STREAMING_MAKE") != model)
            Skip = $"Makes models/{model} anew; set STREAMING_MAKE={model} to run it.";
    }

    public string Model { get; }
}
