using System.Text.Json;
using System.Text.Json.Serialization;
using Streaming.Models.Weights;

namespace Streaming.Models.Hstu;

/// <summary>The JSON manifest beside a model's weights. Every shape follows from the configuration (<see cref="HstuTensors.Shapes"/>).</summary>
public sealed record HstuManifest
{
    /// <summary>The file's name in a model's directory.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The format that this program writes and reads.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>The kind of model that this manifest describes.</summary>
    public const string HstuKind = "hstu";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Format of this file.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Always <c>hstu</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Version that feature records carry.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>False for initial weights that nothing was learned into.</summary>
    public required bool Trained { get; init; }

    /// <summary>Seed of <see cref="HstuModel.Seeded"/>; absent when the weights came from elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? Seed { get; init; }

    /// <summary>The model's shape and vocabularies.</summary>
    public required HstuConfig Config { get; init; }

    /// <summary>Name of the weights file, in the manifest's directory.</summary>
    public required string WeightsFile { get; init; }

    /// <summary>SHA-256 of the weights file, lower-case hexadecimal.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Reads a manifest and checks it, but not the weights.</summary>
    /// <exception cref="ModelFormatException">It is not a valid manifest; the message says why.</exception>
    public static HstuManifest Parse(ReadOnlySpan<byte> utf8)
    {
        HstuManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<HstuManifest>(utf8, Json) ?? throw new ModelFormatException("The manifest is JSON null.");
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"The manifest cannot be read: {e.Message}", e);
        }
        manifest.RequireValid();
        return manifest;
    }

    /// <summary>The manifest's bytes, indented, ending in a line feed.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'];

    private void RequireValid()
    {
        if (FormatVersion != CurrentFormatVersion)
            throw new ModelFormatException($"The manifest's format_version is {FormatVersion}; this program reads {CurrentFormatVersion}.");
        if (Kind != HstuKind) throw new ModelFormatException($"The manifest's kind is '{Kind}'; expected '{HstuKind}'.");
        if (string.IsNullOrWhiteSpace(ModelVersion)) throw new ModelFormatException("The manifest's model_version is blank.");
        // A manifest must not reach outside its directory.
        if (WeightsFile.Length == 0 || WeightsFile is "." or ".." || WeightsFile.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw new ModelFormatException($"The manifest's weights_file is '{WeightsFile}'; expected a plain file name.");
        var violations = HstuConfigValidator.Validate(Config);
        if (violations.Count > 0) throw new ModelFormatException($"The manifest's config is not valid: {string.Join("; ", violations)}.");
    }
}
