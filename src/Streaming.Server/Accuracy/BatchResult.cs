using System.Text.Json;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Accuracy;

/// <summary>What PyTorch's batch evaluation of one training run recorded: a file of <c>docs/accuracy</c>, written by <c>training/hstu/train.py</c>.</summary>
public sealed record BatchResult
{
    /// <summary>Folder name of the data set.</summary>
    public required string Dataset { get; init; }

    /// <summary><c>hstu</c> or <c>sasrec</c>.</summary>
    public required string Model { get; init; }

    /// <summary>What differs from the other runs of the model.</summary>
    public required string Variant { get; init; }

    /// <summary>Seed of the run.</summary>
    public required int Seed { get; init; }

    /// <summary>The trained model is in <c>models/</c>.</summary>
    public bool Shipped { get; init; }

    /// <summary>Its version, when shipped.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>Test, all items ranked.</summary>
    public required double Hr10 { get; init; }

    /// <summary>Test, all items ranked.</summary>
    public required double Ndcg10 { get; init; }

    /// <summary>Test, without the items that the user had met.</summary>
    public double? Hr10Unseen { get; init; }

    /// <summary>Test, without the items that the user had met.</summary>
    public double? Ndcg10Unseen { get; init; }

    /// <summary>Validation, all items ranked.</summary>
    public double? ValidHr10 { get; init; }

    /// <summary>Validation, all items ranked.</summary>
    public double? ValidNdcg10 { get; init; }

    /// <summary>Validation, without the items that the user had met.</summary>
    public double? ValidNdcg10Unseen { get; init; }

    /// <summary>Test targets.</summary>
    public int? Targets { get; init; }

    /// <summary>First second of the test, Unix seconds; 0 when the split is leave-one-out.</summary>
    public long CutTime { get; init; }

    /// <summary>Trained numbers, the items' vectors included.</summary>
    public long? Parameters { get; init; }

    /// <summary>Seconds that training took.</summary>
    public double? Seconds { get; init; }

    /// <summary>What it was trained on.</summary>
    public string? Device { get; init; }

    /// <summary>Name of the file.</summary>
    public string File { get; init; } = "";

    /// <summary>All results in a folder, by file name.</summary>
    /// <exception cref="DataSetException">No folder, or a file is no result: the message says which.</exception>
    public static IReadOnlyList<BatchResult> ReadAll(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)]
            : throw new DataSetException($"{folder}: there is no such folder of training results.");

    private static BatchResult Read(string path)
    {
        try
        {
            var result = JsonSerializer.Deserialize<BatchResult>(System.IO.File.ReadAllBytes(path), Answer.Json)
                ?? throw new DataSetException($"{path} is no training result.");
            return result with { File = Path.GetFileName(path) };
        }
        catch (JsonException cause)
        {
            throw new DataSetException($"{path} is no training result: {cause.Message}", cause);
        }
    }
}
