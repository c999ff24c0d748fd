using System.CommandLine;
using Streaming.Kafka.Embedded;
using Streaming.Models.Encoders;
using Streaming.Models.Hstu.Gpu;
using Streaming.Server.Bench;
using Streaming.Server.Bench.Memory;
using Streaming.Server.Output;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary><c>streaming bench NAME</c>: figures as ratios to a peer or a floor measured in the same run.</summary>
internal static class BenchCommand
{
    private static readonly string[] Names = ["freshness", "hstu", "media", "codebook", "creatives", "switch", "memory", "all"];
    private const double TextsPerSecond = 500, PicturesPerSecond = 50;
    private static readonly TimeSpan EncodeRepetition = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan HstuRepetition = TimeSpan.FromMilliseconds(100);
    private const int MediaRounds = 20;
    private static readonly TimeSpan CodebookRepetition = TimeSpan.FromMilliseconds(50);

    public static Command Create(KafkaSettings settings)
    {
        var name = new Argument<string>("name") { Description = $"What to measure: {string.Join(", ", Names)}" };
        var rate = new Option<double>("--rate") { Description = "Events a second", DefaultValueFactory = _ => 1_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long, after three seconds of warm-up", DefaultValueFactory = _ => 15 };
        var json = JsonOption.Create();
        var command = new Command("bench", "Measure; one line a figure") { name, rate, seconds, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings);
        var memory = new MemoryBenchArguments(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!Names.Contains(result.GetValue(name)))
                throw new CommandException($"bench '{result.GetValue(name)}': must be one of {string.Join(", ", Names)}");
            if (result.GetValue(rate) <= 0 || result.GetValue(seconds) < 1)
                throw new CommandException("--rate and --seconds must be positive");
            if (result.GetValue(name) is "hstu" or "all")
                await HstuAsync(result.GetValue(json), cancellationToken);
            if (result.GetValue(name) is "media" or "all")
                foreach (var figure in new MediaBench(MediaRounds).Run(cancellationToken)) Write(figure, result.GetValue(json));
            if (result.GetValue(name) is "codebook" or "all")
                foreach (var figure in new CodebookBench(CodebookRepetition).Run(cancellationToken)) Write(figure, result.GetValue(json));
            if (result.GetValue(name) is "memory" or "all")
                WriteAll(new MemoryBench(memory.Read(result)).Run(cancellationToken), result.GetValue(json));
            if (result.GetValue(name) is "hstu" or "media" or "codebook" or "memory")
                return ExitCodes.Ok;
            using var loggers = Logging.To(LogLevel.Error);
            if (result.GetValue(name) is "creatives" or "all")
                await CreativesAsync(topology.Read(result), TimeSpan.FromSeconds(result.GetValue(seconds)), loggers, result.GetValue(json), cancellationToken);
            if (result.GetValue(name) is "creatives")
                return ExitCodes.Ok;
            var bench = new FreshnessBench(topology.Read(result), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(seconds)), loggers);
            if (result.GetValue(name) is not "switch")
                await EmbeddedAsync(bench, result.GetValue(json), cancellationToken);
            using var kafka = cluster.IsGiven(result) ? cluster.Open(result) : BenchCluster.TryOpen();
            if (result.GetValue(name) is not "switch")
                await KafkaAsync(bench, kafka, result.GetValue(json), cancellationToken);
            if (result.GetValue(name) is not "freshness")
                await SwitchAsync(new SwitchBench(topology.Read(result), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(seconds)), loggers), kafka, result.GetValue(json), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task HstuAsync(bool json, CancellationToken cancellationToken)
    {
        foreach (var figure in new HstuBench(HstuRepetition).Run(cancellationToken)) Write(figure, json);
        if (GpuAvailability.Check() is { IsAvailable: false } no)
            await Console.Error.WriteLineAsync($"streaming: the GPU's cases are left out. {no.Message}");
        else
            foreach (var figure in HstuGpuBench.Run(cancellationToken)) Write(figure, json);
    }

    private static async Task CreativesAsync(TopologyFile file, TimeSpan duration, ILoggerFactory loggers, bool json, CancellationToken cancellationToken)
    {
        var (texts, fused) = (file.Resolve(file.Topology.Creatives.Encoder), Installation.Find(Path.Combine("models", "encoder-fused-1")));
        using (var encoder = CreativeEncoder.Load(texts))
            WriteAll(new EncodeBench(EncodeRepetition).Run("encode_text", encoder, BenchCreatives.Texts(), [1, 8, 64], cancellationToken), json);
        using (var encoder = CreativeEncoder.Load(fused))
            WriteAll(new EncodeBench(EncodeRepetition).Run("encode_text_image_224", encoder, BenchCreatives.TextsAndPictures(), [1, 8, 64], cancellationToken), json);

        using var embedded = new EmbeddedCluster();
        using var open = new Cluster(embedded.Options, embedded, null);
        var warmUp = TimeSpan.FromSeconds(3);
        WriteAll(await new CreativesBench(file, new(TextsPerSecond, warmUp, duration), loggers).RunAsync("embedded_text", open, texts, BenchCreatives.Texts, cancellationToken), json);
        WriteAll(await new CreativesBench(file, new(PicturesPerSecond, warmUp, duration), loggers).RunAsync("embedded_text_image_224", open, fused, BenchCreatives.TextsAndPictures, cancellationToken), json);
    }

    private static void WriteAll(IEnumerable<BenchFigure> figures, bool json)
    {
        foreach (var figure in figures)
            Write(figure, json);
    }

    private static async Task EmbeddedAsync(FreshnessBench bench, bool json, CancellationToken cancellationToken)
    {
        using var embedded = new EmbeddedCluster();
        using var open = new Cluster(embedded.Options, embedded, null);
        Write(await bench.RunAsync("embedded", open, cancellationToken), json);
    }

    private static async Task KafkaAsync(FreshnessBench bench, Cluster? cluster, bool json, CancellationToken cancellationToken)
    {
        if (cluster is null)
            await Console.Error.WriteLineAsync("streaming: no real Kafka: name one with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS; its case is left out");
        else
            Write(await bench.RunAsync("kafka", cluster, cancellationToken), json);
    }

    // Only on a real Kafka: the built-in cluster keeps no compacted topic that a backfill could read.
    private static async Task SwitchAsync(SwitchBench bench, Cluster? cluster, bool json, CancellationToken cancellationToken)
    {
        if (cluster is null)
        {
            await Console.Error.WriteLineAsync("streaming: no real Kafka: name one with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS; bench switch is left out");
            return;
        }
        foreach (var figure in await bench.RunAsync("kafka", cluster, cancellationToken))
            Write(figure, json);
    }

    private static void Write(BenchFigure figure, bool json) => Answer.Write(json, figure, figure.Text);
}
