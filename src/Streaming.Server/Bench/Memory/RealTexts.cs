using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Server.Commands;
using Streaming.Server.Workloads;

namespace Streaming.Server.Bench.Memory;

/// <summary>
/// Real vectors: the default encoder's embeddings of the distinct creatives and sentences of two public data sets. As many as there are;
/// repeating them to a million would make neighbours that no data has.
/// </summary>
internal static class RealTexts
{
    private const int LeastCharacters = 20;
    private const int BatchTexts = 64;
    private static readonly string[] Folders = ["amazon-industrial", "ml-latest-small"];

    /// <summary>Null, with a line on standard error, when the data sets are not there.</summary>
    public static MemoryData? Data(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        if (Root(run.Options) is { } root)
            return run.Data("real-texts", () => Embeddings(root, run.Options, cancellationToken), cancellationToken);
        Console.Error.WriteLine($"streaming: no folder with {string.Join(" and ", Folders)}: name it with --data; search_real_32 is left out");
        return null;
    }

    private static string? Root(MemoryBenchOptions options)
    {
        var repository = Path.GetDirectoryName(Path.GetDirectoryName(Installation.Find(Path.Combine("topologies", "ads.yaml"))))!;
        string?[] candidates = [options.Data, Environment.GetEnvironmentVariable("STREAMING_TEST_DATA"), Path.Combine(repository, "..", "shared", "data")];
        return candidates.FirstOrDefault(root => root is not null && Folders.All(folder => Directory.Exists(Path.Combine(root, folder))));
    }

    private static (VectorTable Base, VectorTable Queries) Embeddings(string root, MemoryBenchOptions options, CancellationToken cancellationToken)
    {
        string[] texts = [.. Folders.SelectMany(folder => Texts(DataSets.Open(Path.Combine(root, folder)))).Distinct(StringComparer.Ordinal)];
        new Random(1).Shuffle(texts);
        texts = texts[..Math.Min(texts.Length, options.Entries + options.Queries)];
        using var encoder = CreativeEncoder.Load(Installation.Find(Path.Combine("models", "encoder-default")));
        var all = new VectorTable(new float[texts.Length * encoder.Dimension], encoder.Dimension);
        for (var first = 0; first < texts.Length; first += BatchTexts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(BatchTexts, texts.Length - first);
            encoder.Encode(texts.AsSpan(first, count).ToArray(), all.Numbers.AsSpan(first * encoder.Dimension, count * encoder.Dimension));
        }
        return (all.Pick([.. Enumerable.Range(options.Queries, texts.Length - options.Queries)]), all.Pick([.. Enumerable.Range(0, options.Queries)]));
    }

    private static IEnumerable<string> Texts(IDataSet dataSet) =>
        dataSet.Read().TakeWhile(record => record.Kind == WorkloadKind.Creative).SelectMany(record => Texts(record.Creative!));

    private static IEnumerable<string> Texts(Creative creative) =>
    [
        CreativeTextComposer.Compose(creative),
        .. creative.Texts.SelectMany(text => text.Text.Split(". ", StringSplitOptions.TrimEntries)).Where(sentence => sentence.Length >= LeastCharacters),
    ];
}
