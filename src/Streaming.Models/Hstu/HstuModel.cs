using System.Security.Cryptography;
using Streaming.Models.Hstu.Cpu;
using Streaming.Models.Weights;

namespace Streaming.Models.Hstu;

/// <summary>An HSTU model: a configuration and its weights. Immutable, shared by all threads, replaced whole.</summary>
public sealed class HstuModel
{
    private const string DefaultWeightsFile = "weights.safetensors";
    private readonly Dictionary<string, WeightTensor> _tensors;

    /// <summary>Joins a configuration and its tensors.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="modelVersion">Version that feature records carry.</param>
    /// <param name="trained">False for initial weights.</param>
    /// <param name="tensors">Exactly the tensors of <see cref="HstuTensors.Shapes"/>, every value finite.</param>
    /// <param name="seed">Seed of seeded weights.</param>
    /// <exception cref="ArgumentException">The configuration is not valid.</exception>
    /// <exception cref="ModelFormatException">A tensor is missing, not expected, of another shape, or not finite; the message names it.</exception>
    public HstuModel(HstuConfig config, string modelVersion, bool trained, IEnumerable<WeightTensor> tensors, ulong? seed = null)
    {
        HstuConfigValidator.ThrowIfInvalid(config);
        ArgumentException.ThrowIfNullOrWhiteSpace(modelVersion);
        Config = config with { Actions = config.Actions.ToArray() };
        ModelVersion = modelVersion;
        Trained = trained;
        Seed = seed;
        _tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        HstuTensorRules.Require(Config, _tensors);
        WeightsSha256 = Sha256(WeightBytes());
        Weights = new CpuWeights(this);
    }

    /// <summary>Shape and vocabularies.</summary>
    public HstuConfig Config { get; }

    /// <summary>Version that feature records carry.</summary>
    public string ModelVersion { get; }

    /// <summary>False for initial weights that nothing was learned into.</summary>
    public bool Trained { get; }

    /// <summary>Seed of seeded weights, else null.</summary>
    public ulong? Seed { get; }

    /// <summary>SHA-256 of the weights as <see cref="Save"/> writes them, lower-case hexadecimal. Equal weights, equal checksum.</summary>
    public string WeightsSha256 { get; }

    /// <summary>The weights as the CPU engine reads them.</summary>
    internal CpuWeights Weights { get; }

    /// <summary>A tensor by its name in <see cref="HstuTensors"/>.</summary>
    public WeightTensor Tensor(string name) => _tensors[name];

    /// <summary>Initial weights, untrained but meaningful, the same bits on every machine; see <see cref="HstuSeed"/>.</summary>
    /// <exception cref="ArgumentException">The configuration is not valid, or its width is not above the content's and the output's.</exception>
    public static HstuModel Seeded(HstuConfig config, ulong seed, string modelVersion)
    {
        HstuConfigValidator.ThrowIfInvalid(config);
        return new(config, modelVersion, trained: false, HstuSeed.Tensors(config, seed), seed);
    }

    /// <summary>Reads a model's directory and verifies its checksum and every shape.</summary>
    /// <exception cref="ModelFormatException">A file is missing or damaged, or they do not fit each other; the message names what and both values.</exception>
    public static HstuModel Load(string directory)
    {
        var manifest = HstuManifest.Parse(ReadFile(directory, HstuManifest.FileName));
        var weights = ReadFile(directory, manifest.WeightsFile);
        var actual = Sha256(weights);
        if (!actual.Equals(manifest.WeightsSha256, StringComparison.OrdinalIgnoreCase))
            throw new ModelFormatException($"'{manifest.WeightsFile}' has SHA-256 {actual} but the manifest states {manifest.WeightsSha256}.");
        return new(manifest.Config, manifest.ModelVersion, manifest.Trained, Safetensors.Read(weights).Values, manifest.Seed);
    }

    /// <summary>Writes the manifest and the weights; the directory is created, existing files are replaced.</summary>
    /// <remarks>The manifest comes last, so that a torn save is refused by <see cref="Load"/>.</remarks>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, DefaultWeightsFile), WeightBytes());
        File.WriteAllBytes(Path.Combine(directory, HstuManifest.FileName), Manifest().ToUtf8());
    }

    /// <summary>True when both have the same shape and weights, so that a cache of one serves the other.</summary>
    public bool ComputesLike(HstuModel other) =>
        ReferenceEquals(this, other) || (WeightsSha256 == other.WeightsSha256 && Config == other.Config);

    private HstuManifest Manifest() => new()
    {
        FormatVersion = HstuManifest.CurrentFormatVersion,
        Kind = HstuManifest.HstuKind,
        ModelVersion = ModelVersion,
        Trained = Trained,
        Seed = Seed,
        Config = Config,
        WeightsFile = DefaultWeightsFile,
        WeightsSha256 = WeightsSha256,
    };

    private byte[] WeightBytes() => Safetensors.Write(_tensors.Values);

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] ReadFile(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFormatException($"The model file '{path}' does not exist.", e);
        }
    }
}
