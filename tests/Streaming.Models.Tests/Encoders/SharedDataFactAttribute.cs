namespace Streaming.Models.Tests;

/// <summary>A test that reads a public data set beside the repository (../shared/data, or $STREAMING_SHARED/data); skipped where it is missing.</summary>
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string dataSet)
    {
        DataSet = dataSet;
        if (!Directory.Exists(SharedData.Folder(dataSet)))
            Skip = $"The data set {dataSet} is not beside the repository (../shared/data) nor under STREAMING_SHARED.";
    }

    public string DataSet { get; }
}
