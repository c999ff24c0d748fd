namespace Streaming.Models.Tests.Encoders;

/// <summary>A test that runs a pre-trained model beside the repository (../shared/models, or $STREAMING_SHARED/models); skipped where it is missing.</summary>
public sealed class SharedModelFactAttribute : FactAttribute
{
    public SharedModelFactAttribute(string model)
    {
        Model = model;
        if (!Directory.Exists(SharedModels.Folder(model)))
            Skip = $"The model {model} is not beside the repository (../shared/models) nor under STREAMING_SHARED.";
    }

    public string Model { get; }
}
