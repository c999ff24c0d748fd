using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Streaming.Server.Commands;
using Streaming.Server.Output;

namespace Streaming.Server.Bench.Memory;

/// <summary>Other libraries over the same files, through bench/memory/peers.sh, which finds them. Each data set is measured once a run.</summary>
internal sealed class VectorPeers(MemoryBenchOptions options)
{
    private readonly Dictionary<(string Data, double Recall), IReadOnlyList<PeerFigure>> _measured = [];

    /// <summary>The library with the most queries a second at a recall; null when none is there, or none reaches it.</summary>
    public PeerFigure? Fastest(MemoryData data, double recall, CancellationToken cancellationToken) =>
        Measured(data, recall, cancellationToken).Where(p => p.QueriesPerSecond is not null).MaxBy(p => p.QueriesPerSecond);

    /// <summary>ScaNN's index that takes the most inserts a second; null when it is not there.</summary>
    public PeerFigure? FastestScannWriter(MemoryData data, double recall, CancellationToken cancellationToken) =>
        Measured(data, recall, cancellationToken)
            .Where(p => p.InsertsPerSecond is not null && p.Peer.StartsWith("scann", StringComparison.Ordinal))
            .MaxBy(p => p.InsertsPerSecond);

    private IReadOnlyList<PeerFigure> Measured(MemoryData data, double recall, CancellationToken cancellationToken)
    {
        if (!options.HasPeers)
            return [];
        if (!_measured.TryGetValue((data.Name, recall), out var figures))
            _measured[(data.Name, recall)] = figures = Measure(data, recall, cancellationToken);
        return figures;
    }

    private List<PeerFigure> Measure(MemoryData data, double recall, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            .. options.Hnswlib ? ["--hnswlib"] : Array.Empty<string>(),
            "--base", data.BasePath, "--query", data.QueryPath, "--dim", Text(data.Dimension), "--recall", Text(recall), "--k", Text(MemoryData.Neighbours),
        ];
        var start = new ProcessStartInfo(Installation.Find(Path.Combine("bench", "memory", "peers.sh")), arguments) { RedirectStandardOutput = true };
        if (options.Peers is { } folder)
            start.Environment["STREAMING_TEST_PEERS"] = folder;
        using var process = Process.Start(start)!;
        using var stopping = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        List<PeerFigure> figures = [];
        while (process.StandardOutput.ReadLine() is { } line)
            figures.Add(JsonSerializer.Deserialize<PeerFigure>(line, Answer.Json)!);
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? figures : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
