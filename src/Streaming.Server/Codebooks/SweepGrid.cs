using Streaming.Models.SemanticIds;
using Streaming.Server.Commands;

namespace Streaming.Server.Codebooks;

/// <summary>What a study tries. Every part can be narrowed.</summary>
/// <param name="Embeddings">Of text, behaviour, fused.</param>
/// <param name="Shapes">Layers and size.</param>
/// <param name="Initialisations">Of kmeans++, random, none.</param>
/// <param name="Cares">Names of <see cref="SweepCare"/>.</param>
/// <param name="Seeds">Seeds; each is an experiment of its own.</param>
internal sealed record SweepGrid(
    IReadOnlyList<string> Embeddings, IReadOnlyList<(int Layers, int Size)> Shapes, IReadOnlyList<string> Initialisations, IReadOnlyList<string> Cares, IReadOnlyList<long> Seeds)
{
    public static readonly string[] EmbeddingNames = ["text", "behaviour", "fused"];

    public static readonly IReadOnlyDictionary<string, CodebookInitialisation> InitialisationNames = new Dictionary<string, CodebookInitialisation>(StringComparer.Ordinal)
    {
        ["kmeans++"] = CodebookInitialisation.KMeansPlusPlus,
        ["random"] = CodebookInitialisation.RandomRows,
        ["none"] = CodebookInitialisation.None,
    };

    /// <exception cref="CommandException">A name or a shape is unknown; the message lists the known ones.</exception>
    public static SweepGrid Parse(string embeddings, string shapes, string initialisations, string cares, string seeds) => new(
        Names("--embeddings", embeddings, EmbeddingNames),
        [.. Split(shapes).Select(Shape)],
        Names("--initialisations", initialisations, InitialisationNames.Keys),
        Names("--cares", cares, SweepCare.All.Select(care => care.Name)),
        [.. Split(seeds).Select(seed => long.TryParse(seed, out var number) ? number : throw new CommandException($"--seeds '{seed}': must be a whole number"))]);

    /// <summary>In the order of the table.</summary>
    public IEnumerable<SweepExperiment> Experiments() =>
        from embedding in Embeddings
        from shape in Shapes
        from initialisation in Initialisations
        from care in Cares
        from seed in Seeds
        select new SweepExperiment(embedding, RqKMeansTrainer.Method, "", shape.Layers, shape.Size, initialisation, care, seed);

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string[] Names(string option, string list, IEnumerable<string> known)
    {
        var names = Split(list);
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } wrong)
            throw new CommandException($"{option} '{wrong}': must be of {string.Join(", ", known)}");
        return names;
    }

    private static (int Layers, int Size) Shape(string text) =>
        text.Split('x') is [var layers, var size] && int.TryParse(layers, out var l) && int.TryParse(size, out var s) && l is >= 1 and <= 8 && s is >= 2 and <= 65_536
            ? (l, s)
            : throw new CommandException($"--shapes '{text}': must be LAYERSxSIZE, as in 3x256, with 1 to 8 layers of 2 to 65536");
}
